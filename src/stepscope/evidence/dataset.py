"""A data set on disk, as its readers met it: entries that could not be taken as they are, and what the model expects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that a reader met.

    `kind` is the reader's own word for it, one of KINDS. `file` is relative to the data set's root, with forward slashes; `line` and `column` count from 1.
    `says` tells it in words with values; `image` is the image that it is about, `box` the corners (left, top, right, bottom) in pixels. `split` is
    "train", "val" or another, or "".
    """

    kind: str
    file: str
    line: int | None = None
    column: int | None = None
    says: str = ""
    image: str | None = None
    box: tuple[float, float, float, float] | None = None
    split: str = ""


class Flaws:
    """All of them, by kind, in the order in which they were met."""

    def __init__(self, flaws: list[Flaw]) -> None:
        self._by_kind: dict[str, list[Flaw]] = {}
        for flaw in flaws:
            self._by_kind.setdefault(flaw.kind, []).append(flaw)

    def __iter__(self) -> Iterator[Flaw]:
        for flaws in self._by_kind.values():
            yield from flaws

    def __len__(self) -> int:
        return sum(map(len, self._by_kind.values()))

    def of(self, *kinds: str) -> list[Flaw]:
        """Those of these kinds."""
        return [flaw for kind in kinds for flaw in self._by_kind.get(kind, ())]


@dataclass(frozen=True)
class Expected:
    """What the model expects, as far as the user told: classes, channels, and the size (width, height) that images are brought to."""

    classes: int | None = None
    channels: int | None = None
    size: tuple[int, int] | None = None


@dataclass(frozen=True)
class Masks:
    """Images whose pixels are the numbers of classes, of one sample each: `top` is the largest number in each, what marks no label aside."""

    paths: Sequence[str]
    top: Any


WHOLE = "."
"""The place of what is true of a data set as a whole."""


@dataclass(frozen=True)
class Inventory:
    """What a data set consists of: its layout ("coco", "yolo", ...), its splits with their numbers of samples, its class names, and the samples of each class.

    `per_class` holds one number for each class, by split; of a detection set they are numbers of boxes. `declared` tells whether the class names were written down
    (in a `data.yaml`, a COCO file), not just met.
    """

    layout: str
    samples: dict[str, int]
    classes: tuple[str, ...] = ()
    per_class: dict[str, tuple[int, ...]] | None = None
    boxes: int = 0
    declared: bool = False
