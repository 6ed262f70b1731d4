"""A data set that is a Python object: its samples are drawn as a loader draws them."""
