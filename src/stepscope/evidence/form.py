"""Whether all boxes of a data set are written in another form than they are read in."""

from __future__ import annotations

from typing import Any

from stepscope.evidence.boxes import Boxes

FEWEST = 20
"""Boxes from which on a whole set can be told to be of another form."""
MANY = 0.2
"""The share of boxes that do not fit their image as they are read, from which on another form is looked for."""
NEARLY_ALL = 0.97
"""The share that must fit in the other form."""


def mixed_up(boxes: Boxes) -> str:
    """The form in which the numbers fit, where as read they do not: "corners", "sizes", "y before x" or ""."""
    import numpy as np

    width, height = boxes.sizes
    known = np.isfinite(boxes.written).all(axis=1) & ((width > 0) | (boxes.form == "cxcywh"))
    if known.sum() < FEWEST:
        return ""
    written, wide, high = boxes.written[known], width[known], height[known]
    if boxes.form == "cxcywh":
        wide, high = np.ones_like(wide), np.ones_like(high)
    if 1 - _share(boxes.form, written, wide, high) < MANY:
        return ""
    swapped = written[:, [1, 0, 3, 2]]
    readings = [("y before x", boxes.form, swapped), ("corners", "xyxy", written), ("sizes", "xywh", written)]
    fits = [(name, _share(form, numbers, wide, high)) for name, form, numbers in readings if form != boxes.form or numbers is swapped]
    name, share = max(fits, key=lambda fit: fit[1])
    return name if share >= NEARLY_ALL else ""


def _share(form: str, written: Any, width: Any, height: Any) -> float:
    """The share of boxes that have an area and lie in their image."""
    x, y, a, b = written.T
    if form == "cxcywh":
        x, y, a, b = x - a / 2, y - b / 2, x + a / 2, y + b / 2
    elif form == "xywh":
        a, b = x + a, y + b
    slack = 0.01
    fits = (a > x) & (b > y) & (x >= -slack * width) & (y >= -slack * height) & (a <= (1 + slack) * width) & (b <= (1 + slack) * height)
    return float(fits.mean())
