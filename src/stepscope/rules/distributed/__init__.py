"""Mistakes of distributed training."""
