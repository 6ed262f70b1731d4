"""Mistakes of gradients."""
