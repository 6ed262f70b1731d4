"""Mistakes of boxes."""
