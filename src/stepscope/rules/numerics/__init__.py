"""Numerics: NaN, infinity, overflow."""
