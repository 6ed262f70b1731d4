"""The boxes of a detection set, in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

PART = 200_000
"""Rows that are computed with at once: what arises in between stays small, and near the processor."""


@dataclass(frozen=True)
class Boxes:
    """One row per box, in the order of the annotation.

    `image` is a column of places in `images` (paths relative to the root). `written` (M, 4) are the numbers as they stand in the file, in the order that `form` says: "xyxy" (corners), "xywh" (left, top, width,
    height) or "cxcywh" (centre, width, height; shares of the image). `width` and `height` are columns over `images`: the actual size, or the declared one
    where no image was read, 0 where neither is known. `label` is the class as written, `classes` how many there are or their names, `first` the number
    of the first class. `file` is a column of places in `files`, `line` counts from 1 (0: not known).
    """

    images: Sequence[str]
    image: Any
    written: Any
    form: str
    width: Any
    height: Any
    label: Any
    classes: tuple[str, ...]
    files: Sequence[str]
    file: Any
    line: Any
    first: int = 0

    def __len__(self) -> int:
        return len(self.image)

    @property
    def sizes(self) -> tuple[Any, Any]:
        """Width and height of each box's image, in pixels; 0 where not known."""
        return self.width[self.image], self.height[self.image]

    @property
    def corners(self) -> Any:
        """Left, top, right and bottom (M, 4) as float64, in pixels where the image's size is known, else as written. Made anew each time: of millions ask `parts` for them."""
        import numpy as np

        if self.form == "xyxy":
            return self.written
        corners = np.empty_like(self.written)
        if self.form == "xywh":
            corners[:, :2] = self.written[:, :2]
            np.add(self.written[:, :2], self.written[:, 2:], out=corners[:, 2:])
            return corners
        for place, side in enumerate(self.sizes):
            scale, half = np.where(side > 0, side, 1.0), self.written[:, place + 2] / 2
            corners[:, place] = (self.written[:, place] - half) * scale
            corners[:, place + 2] = (self.written[:, place] + half) * scale
        return corners

    def part(self, rows: Any) -> Boxes:
        """These rows alone: a slice, a mask or a column of numbers."""
        columns = {name: getattr(self, name)[rows] for name in ("image", "written", "label", "file", "line")}
        return replace(self, **columns)

    def parts(self, size: int = PART) -> Iterator[Boxes]:
        """All rows, so many at a time."""
        for start in range(0, len(self), size):
            yield self.part(slice(start, start + size))
