"""Runs that wait for something that does not come."""
