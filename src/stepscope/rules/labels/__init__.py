"""Mistakes of labels."""
