"""Bad samples do not end a run: what cannot be loaded is replaced by another sample of its data set, and written down."""
