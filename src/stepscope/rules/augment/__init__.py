"""Mistakes of augmentation."""
