"""Mistakes of the training regime: what is watched, kept and compared."""
