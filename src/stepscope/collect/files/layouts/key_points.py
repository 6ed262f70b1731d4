"""Key points and the box of their object."""

from __future__ import annotations

from collections.abc import Sequence


def are_apart(points: Sequence[tuple[float, float]], box: Sequence[float]) -> bool:
    """Whether several points all lie farther from their box (its centre, width and height) than it is wide or high: of a hand that is hidden, one or two may."""
    x, y, width, height = box
    return len(points) > 1 and width > 0 and height > 0 and all(abs(across - x) > 1.5 * width or abs(down - y) > 1.5 * height for across, down in points)
