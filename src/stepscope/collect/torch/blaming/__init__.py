"""After an exception: which samples of the batch it is about."""
