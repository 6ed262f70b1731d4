"""Data sets with a ledger of the defects that were put in."""
