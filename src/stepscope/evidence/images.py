"""The images of a data set, in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class State(IntEnum):
    """How an image's file was found. NO_END: whole but for its last marker, which decoders do not need. CRASHED: decoding it ended the process that tried."""

    WHOLE = 0
    UNREADABLE = 1
    EMPTY = 2
    NOT_AN_IMAGE = 3
    CORRUPT = 4
    TRUNCATED = 5
    NO_END = 6
    TRAILING = 7
    TOO_LARGE = 8
    CRASHED = 9
    SLOW = 10


FACTS = (
    ("state", "u1"), ("format", "S5"), ("mode", "S6"), ("width", "u4"), ("height", "u4"), ("channels", "u1"), ("bits", "u1"),
    ("orientation", "u1"), ("frames", "u4"), ("size", "u8"), ("content", "u8", 2), ("look", "u8"), ("rise", "u8"), ("mean", "f4"), ("deviation", "f4"),
    ("low", "u1"), ("high", "u1"), ("top", "u2"),
)  # fmt: skip
"""The fields of one image, as numpy's dtype.

`state` is a State; `format` as Pillow calls it ("JPEG", "PNG"); `mode` as Pillow's ("RGB", "L", "P", "CMYK", "I;16", ...), "RGBX" for RGBA that is opaque everywhere;
`width` and `height` as stored, before EXIF; `bits` of one channel; `orientation` 1 to 8, 0 where none is noted; `frames` of an animation; `size` in bytes;
`content` a 128-bit hash of the file (of its beginning and end where pixels were not looked at, 0 where nothing could be read); `look` and `rise` 64-bit hashes of
the differences from left to right and from top to bottom (0 where no pixels were seen); `mean`, `deviation`, `low` and `high` of the brightness, 0 to 255, of the image at an eighth of its size; `top` the largest number
that stands in a pixel of an image of numbers (grey or a palette, kept without loss), the largest of all aside, which marks what has no label (255, 65535).
"""


@dataclass(frozen=True)
class Images:
    """One row per image, sorted by path.

    `paths` are relative to the root, with forward slashes. `split` is a column of places in `splits` (-1: none), `label` one of places in `classes`, of a
    classification set (-1: none). `facts` is a structured column of FACTS. `says` holds the decoder's words, by row. `pixels` tells whether pixels were
    looked at (not with --quick). `small` holds small pictures (48 x 48 bytes of grey) by path, of as many images as were seen just now and are kept.
    """

    paths: Sequence[str]
    splits: tuple[str, ...]
    split: Any
    classes: tuple[str, ...]
    label: Any
    facts: Any
    says: Mapping[int, str]
    pixels: bool = True
    small: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.paths)


@dataclass(frozen=True)
class Twins:
    """Groups of rows of Images: `same` of equal content, `alike` of almost the same pixels (verified, and not in `same`).

    `left` is the number of pairs that may be alike and were not compared, since too many comparisons had come to nothing.
    """

    same: tuple[tuple[int, ...], ...] = ()
    alike: tuple[tuple[int, ...], ...] = ()
    left: int = 0
