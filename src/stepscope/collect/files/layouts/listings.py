"""The same image in the lists of two splits, or several times in one list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from stepscope.collect.files.reading import split_of
from stepscope.evidence import Flaw

SEVERAL = 0.1
"""The share of a list's images that stand in it more than once, from which on that is how the list is meant: several labels each, several people, pairs."""


class Listings:
    """Which split each image was listed in; `splits` is for readers that keep one split for each.

    Lists belong together where their paths differ in the split alone: those of one fold do, those of two folds do not.
    """

    def __init__(self) -> None:
        self.splits: dict[str, str] = {}
        self._first: dict[str, dict[str, str]] = {}
        self._names: dict[str, dict[int, tuple[str, str]]] = {}

    def leaks(self, entries: Iterable[tuple[str, int]], split: str, file: str) -> Iterator[Flaw]:
        """Note that a list names images, each with its line, in a split; a flaw for each that one of training and one of validation or test names."""
        firsts = self._first.setdefault(family(file), {})
        for image, line in entries if split else ():
            first = firsts.setdefault(image, split)
            if first != split and "train" in (first, split):
                yield Flaw("leak", file, line, says=f"is listed in {first} and in {split}", image=image, split=split)

    def renamed(self, classes: Iterable[tuple[int, str, int]], file: str) -> Iterator[Flaw]:
        """Note the numbers, names and lines of the classes of a file; a flaw for each that another file of its family names otherwise."""
        firsts = self._names.setdefault(family(file), {})
        for number, name, line in classes:
            other, where = firsts.setdefault(number, (name, file))
            if name != other and where != file:
                yield Flaw("class-name", file, line, says=f"category {number} is {name[:40]!r}, and {other[:40]!r} in {where}")


def family(path: str) -> str:
    """What lists of one set have in common: the path with its split left out: `fold1/instances_train2017.json` → `fold1/instances_*.json`."""
    return "".join("*" if split_of(f"{word}/x") else word for word in re.split(r"([/_.\- ])", path.lower()))


def again(entries: Iterable[tuple[str, str, int]], file: str) -> Iterator[Flaw]:
    """Images that a list names a second time; `entries` are image, class ("" where it tells none) and line. Nothing where that is how the list is meant."""
    first: dict[str, tuple[str, int]] = {}
    more: list[tuple[str, str, int]] = []
    for image, label, line in entries:
        if first.setdefault(image, (label, line)) != (label, line):
            more.append((image, label, line))
    if len({image for image, *_ in more}) > SEVERAL * len(first):
        return
    for image, label, line in more:
        other, at = first[image]
        if label and other and label != other:
            yield Flaw("listed-otherwise", file, line, says=f"is labelled {label!r}, and {other!r} in line {at}", image=image)
        else:
            yield Flaw("listed-again", file, line, says=f"is listed in line {at} too", image=image)
