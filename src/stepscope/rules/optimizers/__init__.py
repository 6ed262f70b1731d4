"""Mistakes of optimizers and schedules."""
