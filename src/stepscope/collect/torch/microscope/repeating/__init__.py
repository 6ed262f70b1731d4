"""A part of the user's own code is run again, as it was run before, and touches nothing outside of its child."""
