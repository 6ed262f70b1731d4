"""In every healthy step: what is noted of it, and whether its loss and gradients are finite."""
