"""The inspection of one image, from its bytes."""
