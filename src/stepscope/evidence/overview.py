"""What a data set looks like as a whole: counts, distributions, colours and small pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Chart:
    """How often each value was met: `bars` are (value, count) in the order to be shown. `counts` says what is counted: "images", "boxes"."""

    title: str
    counts: str
    bars: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Overlap:
    """Two splits that share samples: how many of the images of `second` have a copy in `first`, and how many a likeness."""

    first: str
    second: str
    same: int
    alike: int


@dataclass(frozen=True)
class Colours:
    """Mean and deviation of each channel of RGB, as shares (0 to 1), with the images that they were computed of: how many, and which."""

    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    images: int
    of: str


@dataclass(frozen=True)
class Thumbnail:
    """A small picture of an image. `width` and `height` are the image's own, in pixels, in whose frame boxes are drawn; `data` is a data URI."""

    width: int
    height: int
    data: str


@dataclass(frozen=True)
class Overview:
    """`per_class` holds a number for each of `classes` by split: of images, or of boxes where there are any. `usual` is the commonest (width, height) with its share
    of the images whose size is known. `thumbnails` are by path, as findings tell it.
    """

    layout: str
    images: int
    splits: Mapping[str, int]
    classes: tuple[str, ...] = ()
    per_class: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    boxes: int = 0
    usual: tuple[int, int, float] | None = None
    charts: tuple[Chart, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    colours: Colours | None = None
    thumbnails: Mapping[str, Thumbnail] = field(default_factory=dict)
