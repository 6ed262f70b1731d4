"""A box put right: its corners in order and within the image."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from stepscope.evidence import Boxes
from stepscope.evidence.form import mixed_up

TOLERANCE = 2e-6
"""Share of the image's side that a box may reach beyond it: what rounding to six digits does."""
ODD_FORM = 0.3
"""Share of boxes that are reversed or far outside from which on they are thought to be written in another form, and left."""
FAR = 0.05
"""Share of the image's side from which on a box is far outside: what objects at an edge and rounding do stays below."""

Corners = tuple[float, float, float, float]


class Mended(NamedTuple):
    """The corners, None where nothing of the box is left, and what was done to them (of DEEDS)."""

    corners: Corners | None
    deeds: tuple[str, ...] = ()


def mended(corners: Corners, width: float, height: float) -> Mended:
    """Corners in order, cut off at the edges of an image of this size (0: not known). A box that lies wholly outside is left: it means something else."""
    if not all(map(math.isfinite, corners)):
        return Mended(corners)
    left, right = sorted((corners[0], corners[2]))
    top, bottom = sorted((corners[1], corners[3]))
    deeds: tuple[str, ...] = ("sorted",) if (left, top, right, bottom) != tuple(corners) else ()
    if left >= right or top >= bottom:
        return Mended(None, ("empty",))
    if width <= 0 or height <= 0:
        return Mended((left, top, right, bottom), deeds)
    if right <= 0 or bottom <= 0 or left >= width or top >= height:
        return Mended(corners)
    beyond = max(-left / width, right / width - 1, -top / height, bottom / height - 1)
    if beyond > TOLERANCE:
        left, top, right, bottom = max(left, 0.0), max(top, 0.0), min(right, width), min(bottom, height)
        deeds += ("clipped",)
    if right - left <= TOLERANCE * width or bottom - top <= TOLERANCE * height:
        return Mended(None, ("empty",))
    return Mended((left, top, right, bottom), deeds)


def number(value: float) -> str:
    """A number as annotations write it: whole ones without a point, others with up to six digits behind it."""
    near = round(float(value), 6)
    return str(int(near)) if near.is_integer() else f"{near:.6f}".rstrip("0")


def are_of_another_form(boxes: Boxes) -> bool:
    """Whether the boxes fit their images in another form, or so many do not fit that to clip them would spoil them."""
    import numpy as np

    if mixed_up(boxes):
        return True
    width, height = boxes.sizes
    known = (width > 0) & (height > 0) & np.isfinite(boxes.corners).all(1)
    if known.sum() < 10:
        return False
    left, top, right, bottom = boxes.corners[known].T
    odd: Any = (right < left) | (bottom < top) | (right > width[known] * (1 + FAR)) | (bottom > height[known] * (1 + FAR)) | (left < -FAR * width[known]) | (top < -FAR * height[known])
    return bool(odd.mean() > ODD_FORM)
