"""Processes: the supervisor, the guarded members, and what is left of those that died."""
