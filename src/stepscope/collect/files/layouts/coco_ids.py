"""Ids that stand for two things; those of millions of annotations in eight bytes each."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from stepscope.collect.files.layouts.coco_json import Category, Document
from stepscope.collect.files.layouts.coco_lines import item
from stepscope.collect.files.reading import BoxTable
from stepscope.evidence import Flaw

LARGEST = 2**62


class Ids:
    """Ids in their order; those that are no whole numbers of usual size are kept apart."""

    def __init__(self) -> None:
        self._numbers = array("q")
        self._others: dict[int, str] = {}
        self._count = 0

    def extend(self, names: Sequence[int | str | None]) -> None:
        """The next ones; None where there is none, which is like no other."""
        try:
            self._numbers.extend(names)  # type: ignore[arg-type]
        except (TypeError, OverflowError):
            del self._numbers[self._count :]
            for name in names:
                self._add(name)
        self._count = len(self._numbers)

    def __len__(self) -> int:
        return self._count

    def _add(self, name: int | str | None) -> None:
        if isinstance(name, int) and abs(name) < LARGEST:
            self._numbers.append(name)
            return
        if name is not None:
            self._others[len(self._numbers)] = str(name)
        self._numbers.append(LARGEST + len(self._numbers))

    def twice(self) -> Iterator[tuple[int, int | str]]:
        """Place and name of the second of each that stands twice."""
        import numpy as np

        numbers = np.frombuffer(self._numbers, dtype=np.int64)
        ordered = np.sort(numbers)
        places = np.isin(numbers, ordered[1:][ordered[1:] == ordered[:-1]]).nonzero()[0]  # most often none
        order = places[np.argsort(numbers[places], kind="stable")]
        same = numbers[order][1:] == numbers[order][:-1]
        yield from ((int(place), int(numbers[place])) for place in sorted(order[1:][same].tolist()))
        met: set[str] = set()
        for place, name in self._others.items():
            if name in met:
                yield place, name
            met.add(name)


class Categories:
    """The categories of all files by their ids, which have gaps; the classes of a head have none."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._parents: set[str] = set()

    def take(self, categories: Sequence[Category]) -> None:
        """Note those of one file."""
        self._names.update({each.id: each.name for each in categories})
        self._parents.update(each.supercategory for each in categories if isinstance(each.supercategory, str) and each.supercategory != each.name)

    def number(self, table: BoxTable) -> tuple[str, ...]:
        """The classes in the order of their ids; boxes get their numbers. One that only stands above others, as Roboflow writes it, and has no box is none."""
        import numpy as np

        label = np.frombuffer(table.label, dtype=np.int64)
        met = set(np.unique(label).tolist())
        if not self._names:  # which the reader tells; the ids themselves are all that is known
            self._names = {number: str(number) for number in met}
        numbers = sorted(number for number, name in self._names.items() if number in met or name not in self._parents)
        known = np.array(numbers or [-1])
        place = np.searchsorted(known, label).clip(max=len(known) - 1)
        label[:] = np.where(known[place] == label, place, -1)
        return tuple(self._names[number] for number in numbers)


def clashes(found: Document, path: str) -> Iterator[Flaw]:
    """Ids that stand for two things."""
    for what, ids in (("images", [image.id for image in found.images]), ("categories", [category.id for category in found.categories])):
        for number in repeated(ids):
            yield Flaw("id-clash", path, item(what, number), says=f"the id {ids[number]} of {what} is used twice")
    yield from (
        Flaw("class-twice", path, item("categories", number), says=f"the category {category.name!r} is named twice")
        for number, category in enumerate(found.categories)
        if category.name and any(other.name == category.name and other.id != category.id for other in found.categories[:number])
    )


def repeated(ids: Sequence[Any]) -> list[int]:
    """The places of the second of each that stand twice."""
    if len(set(ids)) == len(ids):
        return []
    met: Counter[Any] = Counter()
    places = []
    for number, each in enumerate(ids):
        met[each] += 1
        if met[each] == 2:
            places.append(number)
    return places
