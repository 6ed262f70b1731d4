"""Data sets on disk: a tree is walked, its layout recognised and read, and each image inspected in processes of their own."""
