"""A data set put right: what is to be changed, and the changing, of which nothing is lost."""
