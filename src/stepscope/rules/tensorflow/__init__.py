"""What TensorFlow, Keras (1 to 3), JAX and imageai say: their sentences, read from their sources, as witnesses of the rules."""
