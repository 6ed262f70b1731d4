"""Mistakes of everything that no narrower family holds."""
