"""Mistakes of the environment."""
