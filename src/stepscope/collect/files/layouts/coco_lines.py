"""Lines and columns of the items of a COCO file, looked up for those alone that are told of."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from stepscope.collect.files.tree import Tree

LISTS = ("images", "categories", "annotations")
LOCATED = 200_000_000
"""Bytes of a file in which lines are looked up: to find the items of a larger one costs more than to search for their ids."""


def item(what: str, number: int) -> int:
    """What stands in the place of a line for an item of one of LISTS until the line is looked up: a negative number."""
    return -(number * len(LISTS) + LISTS.index(what)) - 1


def lines_of(tree: Tree, path: str, items: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Line and column of items of a file, by what `item` gave for them. Those of a file that is too large to be gone through are left out."""
    wanted: dict[str, list[int]] = {}
    for each in items:
        number, place = divmod(-each - 1, len(LISTS))
        wanted.setdefault(LISTS[place], []).append(number)
    if tree.files[path][0] > LOCATED:
        return {}
    data = tree.read(path)
    breaks = [place.start() for place in re.finditer(rb"\n", data)]
    found: dict[int, tuple[int, int]] = {}
    for what, numbers in wanted.items():
        offsets = items_of(data, what, max(numbers) + 1)
        for number in numbers:
            if number < len(offsets):
                before = bisect_right(breaks, offsets[number])
                found[item(what, number)] = (before + 1, offsets[number] - (breaks[before - 1] + 1 if before else 0) + 1)
    return found


_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]')


def items_of(data: bytes, name: str, most: int) -> list[int]:
    """The offsets of the first items of a list at the top level of a JSON text, `null` and numbers in the place of items among them."""
    found: list[int] = []
    depth, key, inside, after = 0, b"", False, 0
    wanted = f'"{name}"'.encode()
    for token in _TOKEN.finditer(data):
        text = token.group()
        if text[:1] == b'"':
            key = text if depth == 1 else key
        elif text in b"[{":
            if inside and depth == 2:
                found += [*_bare(data, after, token.start()), token.start()]
                if len(found) >= most:
                    break
            elif depth == 1 and text == b"[" and key == wanted:
                inside, after = True, token.end()
            depth += 1
        else:
            depth -= 1
            if inside and depth == 1:
                found += _bare(data, after, token.start())
                break
            after = token.end() if depth == 2 else after
    return found


def _bare(data: bytes, start: int, end: int) -> Iterator[int]:
    """The offsets of what stands between two items and is none: `null`, numbers."""
    if end - start > 1:
        yield from (start + place.start() for place in re.finditer(rb"[^\s,]+", data[start:end]))
