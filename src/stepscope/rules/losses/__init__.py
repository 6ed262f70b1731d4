"""Mistakes of losses."""
