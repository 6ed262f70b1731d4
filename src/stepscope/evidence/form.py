"""Whether all boxes of a data set are written in another form than they are read in."""

from __future__ import annotations

from collections import Counter
from typing import Any

from stepscope.evidence.boxes import Boxes

FEWEST = 20
"""Boxes from which on a whole set can be told to be of another form."""
MANY = 0.2
"""The share of boxes that do not fit their image as they are read, from which on another form is looked for."""
PERCENTS = 50
"""Boxes from which on it is no chance that all lie within the first 100 pixels of larger images, and fill these."""
WIDE, HIGH = 150, 115
"""Pixels that those images have at least."""
AS_READ = ""
NEARLY_ALL = 0.97
"""The share that must fit in the other form."""


def mixed_up(boxes: Boxes) -> str:
    """The form in which the numbers fit, where as read they do not: "corners", "sizes", "y before x", "percent" or ""."""
    known, fits = 0, Counter[str]()
    for part in boxes.parts():
        count, fitting = _fitting(part)
        known += count
        fits.update(fitting)
    if known < FEWEST or known - fits[AS_READ] < MANY * known:
        return "percent" if known >= PERCENTS and sum(map(_within_percent, boxes.parts())) >= NEARLY_ALL * known and _fill_percent(boxes) else ""
    del fits[AS_READ]
    name, count = max(fits.items(), key=lambda fit: fit[1])
    return name if count >= NEARLY_ALL * known else ""


def _fitting(boxes: Boxes) -> tuple[int, dict[str, int]]:
    """How many boxes are of images of known size, and how many of these fit in each form."""
    import numpy as np

    width, height = boxes.sizes
    known = np.isfinite(boxes.written).all(axis=1) & ((width > 0) | (boxes.form == "cxcywh"))
    written, wide, high = boxes.written[known], width[known], height[known]
    if boxes.form == "cxcywh":
        wide, high = np.ones_like(wide), np.ones_like(high)
    swapped = written[:, [1, 0, 3, 2]]
    forms = [(AS_READ, boxes.form, written), ("y before x", boxes.form, swapped)]
    forms += [(name, form, written) for name, form in (("corners", "xyxy"), ("sizes", "xywh")) if form != boxes.form]
    return len(written), {name: _count(form, numbers, wide, high) for name, form, numbers in forms}


def _count(form: str, written: Any, width: Any, height: Any) -> int:
    """How many boxes have an area and lie in their image."""
    x, y, a, b = written.T
    if form == "cxcywh":
        x, y, a, b = x - a / 2, y - b / 2, x + a / 2, y + b / 2
    elif form == "xywh":
        a, b = x + a, y + b
    slack = 0.01
    fits = (a > x) & (b > y) & (x >= -slack * width) & (y >= -slack * height) & (a <= (1 + slack) * width) & (b <= (1 + slack) * height)
    return int(fits.sum())


def _within_percent(boxes: Boxes) -> int:
    """How many boxes lie within 0 and 100, in images that are larger."""
    corners, (width, height) = boxes.corners, boxes.sizes
    large = (width >= WIDE) & (height >= HIGH) & (boxes.form != "cxcywh")
    return int((large & (corners >= -0.5).all(axis=1) & (corners <= 100.5).all(axis=1)).sum())


def _fill_percent(boxes: Boxes) -> bool:
    """Whether boxes within 0 and 100 reach close to both, lie about the middle, and are mostly no whole numbers: what shares of an image make, times 100."""
    import numpy as np

    corners = boxes.corners[np.isfinite(boxes.corners).all(axis=1)]
    middle = (corners[:, :2] + corners[:, 2:]).mean(axis=0) / 2
    whole = (boxes.written % 1 == 0).all(axis=1).mean()
    return bool((corners[:, 2:].max(axis=0) > 90).all() and (corners[:, :2].min(axis=0) < 10).all() and ((middle > 30) & (middle < 70)).all() and whole < 0.5)
