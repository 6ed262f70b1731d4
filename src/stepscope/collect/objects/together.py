"""Several data sets as the splits of one: which samples stand in two of them, and what is done to one alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median

from stepscope.collect.files.reading import SPLITS
from stepscope.collect.objects.apart import RAW
from stepscope.collect.objects.columns import Columns, Which, bare, copies_in
from stepscope.collect.objects.looked import Looked
from stepscope.evidence import Flaw, Flaws, Images, Inventory

BELOW = -0.1
"""Images whose least value is mostly below this were brought to a mean of 0."""


def together(looks: Sequence[Looked], parts: Sequence[Columns]) -> Columns:
    """One row for each sample of each part, its split beside it. Of streams that were left before their end what was drawn counts."""
    import numpy as np

    splits = tuple(map(split_of, looks))
    names = [name for part in parts for name in part.images.paths]
    split = np.concatenate([np.full(len(part.images), place if _is_apart(name) else -1, np.int16) for place, (name, part) in enumerate(zip(splits, parts, strict=True))])
    classes = max((part.images.classes for part in parts), key=len)
    label = np.concatenate([part.images.label if part.images.classes == classes else np.full(len(part.images), -1, np.int32) for part in parts])
    images = Images(names, splits, split, classes, label, np.concatenate([part.images.facts for part in parts]), {})
    samples = {name: which for part in parts for name, which in part.samples.items()} | {bare(looked): Which() for looked in looks}
    counts = {split: looked.count for split, looked in zip(splits, looks, strict=True)}
    return Columns(images, copies_in(images), None, Flaws([*_differences(looks)]), Inventory("object", counts, classes), samples)


def split_of(looked: Looked) -> str:
    """The name of a part: `train`, or `part 0` of a tuple."""
    key = looked.name[looked.name.rindex("[") :].strip("[]'")
    return f"part {key}" if key.isdigit() else key


def _is_apart(split: str) -> bool:
    """Whether its samples must be in no other part: labelled and unlabelled images may be the same ones."""
    words = set(re.split(r"[^a-z]+", split.lower()))
    return "part" in words or (bool(words & SPLITS.keys()) and "unlab" not in split.lower())


def _differences(looks: Sequence[Looked]) -> Iterator[Flaw]:
    """What the later parts do not have in common with the first."""
    first, *others = looks
    numbers = {name: number for number, name in enumerate(first.classes)}
    for other in others:
        ranges = _range(first), _range(other)
        if all(ranges) and ranges[0] != ranges[1]:
            yield Flaw("prepared-otherwise", bare(other), says=f"has images of {ranges[1]}, {split_of(first)} of {ranges[0]}")
        for number, name in enumerate(other.classes):
            if numbers.get(name, number) != number:
                yield Flaw("class-order", bare(other), says=f"{name!r} is class {number}, and class {numbers[name]} in {split_of(first)}")
                break


def _range(looked: Looked) -> str:
    """What the values of its images were brought to; "" where it has none, or where it cannot be told."""
    rows = [row for rows in looked.rows.values() for row in rows if "mode" in row and "greatest" in row]
    if not rows:
        return ""
    least, greatest = median(row["least"] for row in rows), median(row["greatest"] for row in rows)
    if least < 0:
        return "mean 0, or of -1 to 1" if least < BELOW else ""
    return "0 to 255" if RAW < greatest <= 255 else "0 to 1" if greatest <= 1 else ""
