"""Mistakes of images."""
