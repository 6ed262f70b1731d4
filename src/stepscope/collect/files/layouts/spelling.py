"""Class names that are another one spelt otherwise, each with its line: readers make a class of its own of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from stepscope.evidence import Flaw

SHORT = 5
"""Letters of a name below which one letter makes another word: `cat`, `car`."""
ONCE = 2
"""Lines in which a slip stands at most."""
OFTEN = 10
"""Lines in which the right name stands at least, for each of the slip's."""
TAIL = 0.1
"""The share of classes of so few lines from which on that is how the set is: its rare names are no slips."""


class Line(NamedTuple):
    """A class name as it is written, and where."""

    name: str
    file: str
    line: int | None
    image: str


def misspelt(lines: Iterable[Line]) -> Iterator[Flaw]:
    """The lines of the rarer of two names that differ in capitals, spaces and signs alone (`class-spelling`), or in one slip of the hand (`class-slip`)."""
    met: dict[str, list[Line]] = {}
    for line in lines:
        met.setdefault(line.name, []).append(line)
    usual: dict[str, str] = {}
    for name in sorted(met, key=lambda name: -len(met[name])):
        other = usual.setdefault(folded(name), name)
        if other != name:
            yield from _told("class-spelling", met[name], other, len(met[other]))
    rare = [name for name in usual.values() if len(met[name]) <= ONCE]
    if 0 < len(rare) <= max(1, TAIL * len(usual)):
        yield from _slips(met, rare, list(usual.values()))


def folded(name: str) -> str:
    """What of a name is left where spelling does not count. Numbers are what they are."""
    return name if name.lstrip("-").isdigit() else "".join(filter(str.isalnum, name.casefold())) or name


def _slips(met: dict[str, list[Line]], rare: list[str], names: list[str]) -> Iterator[Flaw]:
    lacking: dict[str, list[str]] = {}
    for name in names:
        for each in _lacking(name):
            lacking.setdefault(each, []).append(name)
    for name in rare:
        near = [other for each in _lacking(name) for other in lacking[each] if len(met[other]) >= OFTEN * len(met[name]) and _is_slip(folded(name), folded(other))]
        if near:
            yield from _told("class-slip", met[name], near[0], len(met[near[0]]))


def _lacking(name: str) -> list[str]:
    """The name without each of its letters, and whole: two names that are one letter apart have one of these in common."""
    text = folded(name)
    return [text, *(text[:place] + text[place + 1 :] for place in range(len(text)))] if len(text) >= SHORT and not any(map(str.isdigit, text)) else []


def _is_slip(one: str, other: str) -> bool:
    """Whether a letter was left out, doubled, taken for another or exchanged with its neighbour, behind the first."""
    start = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, others = one[start:], other[start:]
    swapped = rest[:2] == others[:2][::-1] and rest[2:] == others[2:]
    return start > 0 and (swapped or rest[1:] == others[1:] or rest[1:] == others or rest == others[1:])


def _told(kind: str, lines: list[Line], other: str, count: int) -> Iterator[Flaw]:
    for each in lines:
        yield Flaw(kind, each.file, each.line, says=f"the class is {each.name[:40]!r}, and {other[:40]!r} in {count:,} other{'s' * (count != 1)}", image=each.image)
