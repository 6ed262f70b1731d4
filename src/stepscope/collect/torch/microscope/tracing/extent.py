"""Which rows and columns of a tensor are not finite."""

from __future__ import annotations

from typing import Any

ROWS, COLUMNS = 1 << 17, 8
"""Rows of an operator's output that are told, where those of one sample (its tokens, its pixels) are many; and columns of an input."""


def bad_rows(tensor: Any, came_in: bool = False) -> tuple[int, ...]:
    """The rows that are not finite, or hold a NaN where infinities `came_in` (a mask's); empty where all are, or where there are none."""
    if not tensor.dim() or tensor.shape[0] < 2:
        return ()
    finite = ~tensor.detach().isnan() if came_in else tensor.detach().isfinite()
    bad = ~finite.reshape(tensor.shape[0], -1).all(dim=1)
    rows = bad.nonzero().flatten().tolist()
    return tuple(rows[:ROWS]) if len(rows) < tensor.shape[0] else ()


def bad_columns(tensor: Any) -> tuple[int, ...]:
    """The columns of a table that hold what is not finite; empty where all do."""
    if tensor.dim() != 2:
        return ()
    columns = (~tensor.detach().isfinite()).any(dim=0).nonzero().flatten().tolist()
    return tuple(columns[:COLUMNS]) if len(columns) < tensor.shape[1] else ()
