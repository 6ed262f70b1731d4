"""A cycle of a graph as a value that names its nodes."""

from __future__ import annotations

import reprlib
from collections import deque
from collections.abc import Callable, Container, Hashable, Iterable
from typing import Any, TypeVar

Node = TypeVar("Node")

_PLAIN = frozenset({str, bytes, int, float, bool, type(None)})
_SHOWN = 8


class CycleError(ValueError):
    """A graph has a cycle where an order was asked for.

    `nodes` is the cycle in the order of its edges; the last node leads to the first, which is not repeated.
    """

    def __init__(self, nodes: tuple[Any, ...]) -> None:
        """Take the cycle; its message names the nodes without running any code of theirs."""
        self.nodes = nodes
        super().__init__(f"the graph has a cycle of {_count(len(nodes), 'node')}: {_arrows(nodes)}")


def label(thing: object) -> str:
    """A short text for any object: its value if that is a plain one, else the name of its type."""
    return reprlib.repr(thing) if type(thing) in _PLAIN else type(thing).__qualname__


def shorten(
    path: dict[Hashable, Node],
    mark: Hashable,
    edges: Callable[[Node], Iterable[Node]],
    key: Callable[[Node], Hashable],
) -> tuple[Node, ...]:
    """The shortest cycle through the node marked `mark`, among the nodes from it to the end of `path`."""
    marks = list(path)
    within = dict.fromkeys(marks[marks.index(mark) :])
    whole = tuple(path[each] for each in within)
    return way_round(whole[0], edges, key, within) or whole


def way_round(
    start: Node,
    edges: Callable[[Node], Iterable[Node]],
    key: Callable[[Node], Hashable],
    within: Container[Hashable],
) -> tuple[Node, ...]:
    """The shortest way from `start` back to it over nodes with keys in `within`; empty if there is none."""
    home = key(start)
    before: dict[Hashable, Node] = {}
    ahead = deque([start])
    while ahead:
        node = ahead.popleft()
        for after in edges(node):
            mark = key(after)
            if mark == home:
                return _trace(node, before, key)
            if mark in within and mark not in before:
                before[mark] = node
                ahead.append(after)
    return ()


def _trace(node: Node, before: dict[Hashable, Node], key: Callable[[Node], Hashable]) -> tuple[Node, ...]:
    way = [node]
    while (mark := key(way[-1])) in before:
        way.append(before[mark])
    return tuple(reversed(way))


def _arrows(nodes: tuple[Any, ...]) -> str:
    labels = [label(node) for node in nodes[:_SHOWN]]
    if len(nodes) > _SHOWN:
        labels.append(f"({len(nodes) - _SHOWN} more)")
    return " → ".join([*labels, label(nodes[0])])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
