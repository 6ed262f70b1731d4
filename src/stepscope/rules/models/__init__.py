"""Mistakes of models."""
