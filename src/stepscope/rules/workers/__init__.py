"""Mistakes of loader workers."""
