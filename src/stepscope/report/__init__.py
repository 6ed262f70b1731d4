"""A report as text: one format per file. A format never asks a rule anything."""
