"""What the libraries of PyTorch's world say in logs: their sentences, read from their sources, as witnesses of the rules."""
