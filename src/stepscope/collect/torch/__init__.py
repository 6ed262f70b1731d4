"""PyTorch: hooks, and what frames and modules tell after a failure."""
