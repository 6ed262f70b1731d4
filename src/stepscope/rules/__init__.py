"""One mistake per file, in a folder per family."""
