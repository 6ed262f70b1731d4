"""Mistakes of data sets and files."""
