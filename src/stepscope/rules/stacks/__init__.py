"""Mistakes with call stacks, recursion and loops that do not end."""
