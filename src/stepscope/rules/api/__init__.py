"""Mistakes of the use of a framework."""
