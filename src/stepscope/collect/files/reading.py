"""What a reader makes of a data set: its samples, classes and boxes, and what it could not take as it is."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from stepscope.collect.files.cells import cell
from stepscope.collect.files.remote import Remote
from stepscope.collect.files.tree import opened
from stepscope.evidence import Boxes, Flaw

IMAGES = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm", ".avif", ".jp2", ".tga", ".ico", ".heic", ".heif")
"""Endings of image files, in small letters: what trainers load, and what some do not."""
SPLITS = {"train": "train", "training": "train", "trainset": "train", "val": "val", "valid": "val", "validation": "val", "validate": "val", "dev": "val", "test": "test", "testing": "test"}
"""Names of folders and files that tell a split."""


class Picture(NamedTuple):
    """One image: its path from the root, its split ("" where there is none), its class (-1: none), and where its bytes are in that file (None: the file itself).

    Of a shard the path is `shard.tar/name.jpg`, and `where` the shard, the offset and the length; of a table of a Parquet file the file, its row group and the row.
    """

    path: str
    split: str = ""
    label: int = -1
    where: tuple[str, int, int] | None = None


class Names:
    """Strings by number, each once."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        """The number of a string, a new one where it was not met."""
        return self.numbers.setdefault(name, len(self.numbers))

    def __iter__(self) -> Iterator[str]:
        return iter(self.numbers)


@dataclass
class BoxTable:
    """Boxes as they are written, one row each, in columns of numbers; `form` as in evidence.Boxes.

    `image` and `file` are numbers in `images` and `files`; `declared` are widths and heights of images as the annotation gives them; `first` is the number of
    the first class.
    """

    form: str
    images: Names = field(default_factory=Names)
    files: Names = field(default_factory=Names)
    image: array[int] = field(default_factory=lambda: array("i"))
    written: array[float] = field(default_factory=lambda: array("d"))
    label: array[int] = field(default_factory=lambda: array("q"))
    file: array[int] = field(default_factory=lambda: array("i"))
    line: array[int] = field(default_factory=lambda: array("i"))
    declared: dict[str, tuple[float, float]] = field(default_factory=dict)
    first: int = 0

    def __len__(self) -> int:
        return len(self.label)

    def add(self, image: str, numbers: Sequence[float], label: int, file: str, line: int) -> None:
        """One box: its four numbers as written, its class, and where it stands."""
        self.image.append(self.images.number(image))
        self.written.extend(numbers)
        self.label.append(label)
        self.file.append(self.files.number(file))
        self.line.append(line)


@dataclass
class Reading:
    """A data set as one reader read it. `classes` are in the order of their numbers; `declared` tells whether they were written down.

    `masks` are images that are labels of others. `sizes` are the widths and heights that the annotation declares, by image, with the file and line that do.
    """

    layout: str
    root: Path | Remote
    pictures: list[Picture] = field(default_factory=list)
    masks: list[Picture] = field(default_factory=list)
    classes: tuple[str, ...] = ()
    declared: bool = False
    boxes: BoxTable | None = None
    sizes: dict[str, tuple[float, float, str, int]] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)


def bytes_of(root: Path | Remote, picture: Picture) -> bytes:
    """The encoded image. Raises OSError."""
    if picture.where is None:
        with opened(root, picture.path) as file:
            return file.read()
    name, offset, length = picture.where
    if name.lower().endswith((".parquet", ".arrow")):
        return cell(root, name, offset, length)
    with opened(root, name) as file:
        file.seek(offset)
        return file.read(length)


def split_of(path: str) -> str:
    """The split that a path's folders tell; the outermost that does."""
    for part in path.lower().split("/")[:-1]:
        name = SPLITS.get(re.sub(r"[_-]?(?:images?|imgs|labels|data|set|20\d\d)?$", "", part)) or SPLITS.get(part)
        if name:
            return name
    return ""


def split_in(name: str) -> str:
    """The split that a word of a file's name tells: `imagenet-train-000000.tar`."""
    return next(filter(None, (split_of(f"{word}/x") for word in re.split(r"[-_. ]", name.lower()))), "")


def is_image(path: str) -> bool:
    """Whether a file is named like an image."""
    return path.lower().endswith(IMAGES)


def size_flaws(reading: Reading, paths: Sequence[str], facts: Any) -> Iterator[Flaw]:
    """Images whose declared size is another than the one that they have. A size that fits the image as its EXIF orientation turns it is right."""
    rows = {path: row for row, path in enumerate(paths)}
    for image, (width, height, file, line) in reading.sizes.items():
        row = rows.get(image)
        if row is None or not facts["width"][row]:
            continue
        actual = (int(facts["width"][row]), int(facts["height"][row]))
        turned = facts["orientation"][row] >= 5
        if (width, height) != actual and not (turned and (height, width) == actual):
            yield Flaw("size", file, line or None, says=f"is {actual[0]}x{actual[1]}, declared as {width:g}x{height:g}", image=image)


def boxes_of(reading: Reading, paths: Sequence[str], facts: Any) -> Boxes | None:
    """The columns of a reading's boxes, with the actual sizes of the images where they were read; None where it has no boxes.

    An image of which another size is declared counts with that one, as its boxes were made for it, and with its own where that is larger: that the sizes differ is told, and not of each box too.
    """
    import numpy as np

    table = reading.boxes
    if table is None:
        return None
    names = list(table.images)
    rows = {path: row for row, path in enumerate(paths)}
    sizes, (across, down, orientation) = np.zeros((len(names), 2)), (facts[name] for name in ("width", "height", "orientation"))
    for place, name in enumerate(names):
        row = rows.get(name)
        own = (float(across[row]), float(down[row])) if row is not None else (0.0, 0.0)
        told = table.declared.get(name) or own
        is_turned = row is not None and orientation[row] >= 5 and told == own[::-1]
        sizes[place] = told if is_turned else (max(told[0], own[0]), max(told[1], own[1]))
    image, file, label, line = (np.frombuffer(column, dtype=column.typecode) for column in (table.image, table.file, table.label, table.line))
    return Boxes(
        images=names, image=image, written=np.frombuffer(table.written, dtype=np.float64).reshape(-1, 4), form=table.form, width=sizes[:, 0], height=sizes[:, 1],
        label=label, classes=reading.classes, files=list(table.files), file=file, line=line, first=table.first,
    )  # fmt: skip
