"""Mistakes of shapes, dtypes and devices."""
