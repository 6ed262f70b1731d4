"""The nesting of plain Python objects: its depth, its circles."""

from __future__ import annotations

from .circle import Circle, Survey, find_circle
from .parts import parts
from .walk import height


def find_object_cycle(root: object, *, name: str = "root", max_nodes: int = 100_000) -> Circle | None:
    """The nearest circle of references under `root`, as `batch['meta'][0] → batch`; None without one.

    Follows lists, tuples, dictionary values, sets, the attributes of instances, slots included, and calls no
    method of theirs. Among more than `max_nodes` objects only the nearest are looked at.
    """
    return find_circle(root, name, parts, max_nodes)


def depth(root: object, *, max_nodes: int = 100_000) -> int:
    """How deep containers and instances are nested: `[1, [2]]` is 2.

    A recursion over them would need as many frames. Among more than `max_nodes` objects a lower bound. Raises
    `CycleError` if an object leads back to itself.
    """
    return height(root, Survey(root, parts, max_nodes).edges)
