"""Square pictures of SIDE pixels as arrays of numbers: their blocks, and simple things that are done to them."""

from __future__ import annotations

from typing import Any

from stepscope.collect.files.pictures.look import averages

SIDE = 192
"""Rows and columns in which images are compared."""
BLOCK = 8


def deviation(values: Any, means: Any) -> Any:
    return (means(values**2) - means(values) ** 2).clip(0) ** 0.5


def means_of(values: Any, counted: Any) -> Any:
    """Of each block the mean of what counts; not a number where less than half does."""
    import numpy as np

    share = _blocks(counted)
    return np.where(share > 0.5, _blocks(np.where(counted, values, 0)) / share.clip(0.5), np.nan)


def _blocks(values: Any) -> Any:
    """Of each block the mean."""
    matrix = averages(SIDE, SIDE // BLOCK)
    return matrix @ values.astype(matrix.dtype, copy=False) @ matrix.T


def around(values: Any) -> Any:
    """The sum of three by three."""
    import numpy as np

    padded = np.pad(values, 1)
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]


def steepness(values: Any) -> Any:
    import numpy as np

    down, across = np.gradient(values)
    return down**2 + across**2


def soft(values: Any) -> Any:
    """Each pixel mixed with its neighbours: what is finer is noise."""
    import numpy as np

    padded = np.pad(values, 1, mode="edge")
    rows = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    return (rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 4


def grey(colours: Any) -> Any:
    return 0.299 * colours[0] + 0.587 * colours[1] + 0.114 * colours[2]
