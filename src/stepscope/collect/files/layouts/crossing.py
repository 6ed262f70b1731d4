"""Polygons of four corners that cross themselves: their corners are in the wrong order. Of more corners a small loop is what drawing by hand does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SAYS = "a polygon of four corners that crosses itself"


def crossed(quads: Any) -> Any:
    """Which of these polygons (N, 4, 2) have two opposite sides that cut each other."""
    one, two, three, four = (quads[:, place] for place in range(4))
    return _cut(one, two, three, four) | _cut(two, three, four, one)


def is_crossed(numbers: Sequence[float]) -> bool:
    """The same of one polygon, x and y in turn."""
    import numpy as np

    return len(numbers) == 8 and bool(crossed(np.array(numbers, dtype=np.float64).reshape(1, 4, 2))[0])


def among(numbers: Any, owners: Any, lengths: Any) -> Any:
    """The owners of polygons, joined in `numbers`, that are crossed."""
    import numpy as np

    four = lengths == 8
    if not four.any():
        return owners[:0]
    starts = np.cumsum(lengths) - lengths
    return owners[four][crossed(numbers[starts[four][:, None] + np.arange(8)].reshape(-1, 4, 2))]


def _cut(a: Any, b: Any, c: Any, d: Any) -> Any:
    """Whether the lines from a to b and from c to d cut each other within both."""
    return (_side(a, b, c) * _side(a, b, d) < 0) & (_side(c, d, a) * _side(c, d, b) < 0)


def _side(start: Any, end: Any, point: Any) -> Any:
    """On which side of a line a point lies."""
    along, across = end - start, point - start
    return along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0]
