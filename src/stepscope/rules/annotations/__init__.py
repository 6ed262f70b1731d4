"""Mistakes of annotation files."""
