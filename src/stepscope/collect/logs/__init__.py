"""Pasted text: what a log of any framework says, as evidence. Nothing of it is executed, imported or opened."""
