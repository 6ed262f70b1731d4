"""Mistakes of checkpoints."""
