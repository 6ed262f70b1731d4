"""The boxes of a detection set, in columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Boxes:
    """One row per box, in the order of the annotation.

    `image` is a column of places in `images` (paths relative to the root). `corners` (M, 4) are left, top, right, bottom as float64, in pixels where the image's size is known,
    else as written. `written` (M, 4) are the numbers as they stand in the file, in the order that `form` says: "xyxy" (corners), "xywh" (left, top, width,
    height) or "cxcywh" (centre, width, height; shares of the image). `width` and `height` are columns over `images`: the actual size, or the declared one
    where no image was read, 0 where neither is known. `label` is the class as written, `classes` how many there are or their names, `first` the number
    of the first class. `file` is a column of places in `files`, `line` counts from 1 (0: not known).
    """

    images: Sequence[str]
    image: Any
    corners: Any
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
