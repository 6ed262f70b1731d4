"""A circle of references among objects as an access path that a person can follow."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from .cycle import way_round
from .search import cycles

Look = Callable[[Any], Iterable[tuple[str, Any]]]


@dataclass(frozen=True)
class Circle:
    """A path from a root to an object that lies on that path already.

    `path` is the name of the root with one access text per step, `("batch", "['meta']", "[0]")`; the whole of
    it leads to the same object as its first `back_to` parts. `objects` are those on the circle, that one
    first.
    """

    path: tuple[str, ...]
    back_to: int
    objects: tuple[Any, ...] = field(repr=False, compare=False)

    def __str__(self) -> str:
        """For a report: `batch['meta'][0] → batch`."""
        return f"{''.join(self.path)} → {''.join(self.path[: self.back_to])}"


class Survey:
    """What a root leads to, nearest first, read once so that a search sees one state of it.

    At most `max_nodes` objects, and as many parts of each.
    """

    def __init__(self, root: object, look: Look, max_nodes: int) -> None:
        """Read the objects; `look(thing)` gives pairs of an access text with a part."""
        self.objects: dict[int, Any] = {id(root): root}
        self._parts: dict[int, list[tuple[str, Any]]] = {}
        self._came: dict[int, tuple[Any, str]] = {}
        ahead = deque([root])
        while ahead:
            holder = ahead.popleft()
            held = self._parts[id(holder)] = list(islice(look(holder), max_nodes))
            for text, part in held:
                if id(part) not in self.objects and len(self.objects) < max_nodes:
                    self.objects[id(part)] = part
                    self._came[id(part)] = (holder, text)
                    ahead.append(part)

    def edges(self, thing: object) -> list[Any]:
        """The parts of an object that belong to the survey."""
        return [part for _, part in self._parts[id(thing)] if id(part) in self.objects]

    def way_to(self, thing: object) -> tuple[str, ...]:
        """The access texts from the root to an object."""
        texts = []
        while id(thing) in self._came:
            thing, text = self._came[id(thing)]
            texts.append(text)
        return tuple(reversed(texts))

    def step(self, holder: object, part: object) -> str:
        """The access text from an object to one of its parts."""
        return next(text for text, each in self._parts[id(holder)] if each is part)


def find_circle(root: object, name: str, look: Look, max_nodes: int) -> Circle | None:
    """The circle nearest to the root: the shortest way round from the first object, breadth first, on one."""
    survey = Survey(root, look, max_nodes)
    group_of = {id(each): group for group in cycles(root, survey.edges) for each in group}
    nearest = next((thing for mark, thing in survey.objects.items() if mark in group_of), None)
    if nearest is None:
        return None
    within = {id(each) for each in group_of[id(nearest)]}
    ring = way_round(nearest, survey.edges, id, within)
    start = (name, *survey.way_to(nearest))
    steps = [survey.step(holder, part) for holder, part in zip(ring, [*ring[1:], nearest], strict=True)]
    return Circle(path=(*start, *steps), back_to=len(start), objects=ring)
