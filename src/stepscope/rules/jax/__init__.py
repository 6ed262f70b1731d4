"""What JAX and its runtime say, and which mistake it stands for."""
