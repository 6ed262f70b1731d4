"""A question is answered in a forked child, which touches nothing outside of itself."""
