"""The boxes of a data set by what is the matter with them: each box has one mistake at most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from stepscope.evidence import PART, Boxes
from stepscope.finding import Place

SLACK = 0.5
"""Pixels that a box may reach out of its image: annotation tools round."""
SHARE = 0.002
"""The share of the image that it may, where boxes are written as shares: six digits and less."""
SUBPIXEL = 0.5
"""Pixels below which a side is none."""
PLAIN = 10
"""Images smaller than this on a side are left out where pixels are told from shares, or a box is smaller than one."""


def in_parts(measure: Callable[[Boxes], Any]) -> Callable[[Boxes], Any]:
    """The same measure of each box, computed for some thousands at a time."""

    @wraps(measure)
    def measured(boxes: Boxes) -> Any:
        import numpy as np

        return measure(boxes) if len(boxes) <= PART else np.concatenate([measure(part) for part in boxes.parts()])

    return measured


@in_parts
def not_finite(boxes: Boxes) -> Any:
    """A coordinate that is not a number, or infinite."""
    import numpy as np

    return ~np.isfinite(boxes.written).all(axis=1)


@in_parts
def as_pixels(boxes: Boxes) -> Any:
    """Pixels where shares of the image are expected: far above 1."""
    return (boxes.written.max(axis=1, initial=0) > 2) & ~not_finite(boxes) if boxes.form == "cxcywh" else _none(boxes)


@in_parts
def as_shares(boxes: Boxes) -> Any:
    """Shares of the image where pixels are expected: none of the four is above 1, in an image that is large enough."""
    width, height = boxes.sizes
    large = (width >= PLAIN) & (height >= PLAIN)
    if boxes.form == "cxcywh" or not large.any():
        return _none(boxes)
    written = boxes.written
    mask = large & (written.max(axis=1, initial=0) <= 1) & (written.min(axis=1, initial=1) >= 0) & ~not_finite(boxes)
    rows = mask.nonzero()[0]
    mask[rows] = (written[rows, 2:] > 0).all(axis=1) & (written[rows] % 1 > 0).any(axis=1)
    return mask


@in_parts
def backwards(boxes: Boxes) -> Any:
    """Right before left, or bottom above top; a negative width or height."""
    corners = boxes.corners
    return ((corners[:, 2] < corners[:, 0]) | (corners[:, 3] < corners[:, 1])) & ~not_finite(boxes) & ~as_pixels(boxes)


@in_parts
def empty(boxes: Boxes) -> Any:
    """No width or no height, or less than half a pixel of it."""
    corners, (width, height) = boxes.corners, boxes.sizes
    sides = (corners[:, 2:] - corners[:, :2]).min(axis=1, initial=1e9)
    none = (sides == 0) | ((sides < SUBPIXEL) & (width >= PLAIN) & (height >= PLAIN))
    return none & (sides >= 0) & ~not_finite(boxes) & ~as_pixels(boxes) & ~as_shares(boxes)


@in_parts
def outside(boxes: Boxes) -> Any:
    """Reaches out of the image by more than tools round."""
    return (reach(boxes) > 0) & ~(not_finite(boxes) | as_pixels(boxes) | backwards(boxes) | empty(boxes))


@in_parts
def reach(boxes: Boxes) -> Any:
    """By how many pixels a box reaches out of its image beyond what is let pass; 0 where the size is not known."""
    import numpy as np

    corners, (width, height) = boxes.corners, boxes.sizes
    slack: Any = SLACK
    if boxes.form == "cxcywh":
        width, height = np.where(width > 0, width, 1.0), np.where(height > 0, height, 1.0)
        longer = np.maximum(width, height)
        slack = np.minimum(np.maximum(SLACK, SHARE * longer), longer * 0.01)
    over = -corners[:, 0]
    with np.errstate(invalid="ignore"):
        for side in (-corners[:, 1], corners[:, 2] - width, corners[:, 3] - height):
            np.maximum(over, side, out=over)
        over -= slack
        over[~((over > 0) & (width > 0) & (height > 0) & np.isfinite(over))] = 0
    return over


def _none(boxes: Boxes) -> Any:
    import numpy as np

    return np.zeros(len(boxes), dtype=bool)


def at(boxes: Boxes, mask: Any, says: str = "") -> list[Place]:
    """One place for each of these boxes: the line of its annotation, its numbers as written, its image and its corners."""
    found = boxes.part(mask)
    return [_place(found, row, corners, says) for row, corners in enumerate(found.corners.round(2).tolist())]


def _place(boxes: Boxes, row: int, corners: Sequence[float], says: str) -> Place:
    return Place(
        boxes.files[int(boxes.file[row])], int(boxes.line[row]) or None, about=says or f"{boxes.form} {text(boxes.written[row])}", image=boxes.images[int(boxes.image[row])],
        box=(corners[0], corners[1], corners[2], corners[3]) if all(value - value == 0 for value in corners) else None,
    )  # fmt: skip


def text(numbers: Sequence[float]) -> str:
    """Four numbers, for a person."""
    return f"({', '.join(f'{float(value):.6g}' for value in numbers)})"


def seen(boxes: Boxes, places: Sequence[Place]) -> dict[str, str]:
    """How many, and in how many images."""
    return {"boxes": f"{len(places):,} of {len(boxes):,}, in {len({place.image for place in places}):,} of {len(boxes.images):,} images"}
