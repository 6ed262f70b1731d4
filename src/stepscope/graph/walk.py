"""Iterative walks over any graph, given as a start and a function that names the successors of a node.

Nodes are told apart by `key`, their identity unless told otherwise, so they need neither a hash nor an
equality. Every walk keeps the nodes that it met alive: an id is free for another object once its own is gone.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from .cycle import CycleError, shorten

Node = TypeVar("Node")


def walk(
    start: Node, edges: Callable[[Node], Iterable[Node]], *, key: Callable[[Node], Hashable] = id
) -> Iterator[Node]:
    """Each node once, depth first, before its successors, which come in the order that `edges` gives.

    Lazy: `itertools.islice` bounds it on a graph without end. Give `key=lambda node: node` where equal nodes
    are one node, as with names or numbers.
    """
    seen: dict[Hashable, Node] = {}
    ahead = [start]
    while ahead:
        node = ahead.pop()
        mark = key(node)
        if mark not in seen:
            seen[mark] = node
            yield node
            ahead.extend(reversed(tuple(edges(node))))


def topological(
    start: Node, edges: Callable[[Node], Iterable[Node]], *, key: Callable[[Node], Hashable] = id
) -> list[Node]:
    """All nodes that `start` leads to, itself first, each one before its successors.

    Raises `CycleError`, which holds the cycle, if there is no such order. `edges` is asked once per node.
    """
    order = postorder(start, edges, key, strict=True)
    order.reverse()
    return order


def postorder(
    start: Node, edges: Callable[[Node], Iterable[Node]], key: Callable[[Node], Hashable], *, strict: bool
) -> list[Node]:
    """Each node once, after its successors; an edge that closes a cycle is skipped, or raises if `strict`."""
    path: dict[Hashable, Node] = {key(start): start}
    done: dict[Hashable, Node] = {}
    with collector_paused():
        ahead = [iter(edges(start))]
        while ahead:
            for node in ahead[-1]:
                mark = key(node)
                if mark in done:
                    continue
                if mark not in path:
                    path[mark] = node
                    ahead.append(iter(edges(node)))
                    break
                if strict:
                    raise CycleError(shorten(path, mark, edges, key))
            else:
                ahead.pop()
                mark, node = path.popitem()
                done[mark] = node
    return list(done.values())


def height(
    start: Node, edges: Callable[[Node], Iterable[Node]], *, key: Callable[[Node], Hashable] = id
) -> int:
    """The number of nodes on the longest path from `start`: the frames that a recursion would need."""
    heights: dict[Hashable, int] = {}
    for node in postorder(start, edges, key, strict=True):
        heights[key(node)] = 1 + max((heights[key(after)] for after in edges(node)), default=0)
    return heights[key(start)]


@contextmanager
def collector_paused() -> Iterator[None]:
    """No cyclic garbage collection meanwhile, in this process; afterwards as before."""
    # A walk makes containers by the million and no garbage, and each collection scans them all: half as much
    # time again on a chain of a million nodes. Of two threads in here the first to leave switches it back on,
    # which costs the other time only.
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
