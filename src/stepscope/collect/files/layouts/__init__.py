"""One reader per layout: each turns a tree into a Reading."""
