"""The search for cycles in any graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from .cycle import CycleError
from .walk import collector_paused, postorder, walk

Node = TypeVar("Node")


def find_cycle(
    start: Node, edges: Callable[[Node], Iterable[Node]], *, key: Callable[[Node], Hashable] = id
) -> tuple[Node, ...] | None:
    """A cycle that `start` leads to, short but not always the shortest; None without one.

    Its nodes come in the order of its edges; the last node leads to the first, which is not repeated.
    """
    try:
        postorder(start, edges, key, strict=True)
    except CycleError as error:
        return error.nodes
    return None


def cycles(
    start: Node, edges: Callable[[Node], Iterable[Node]], *, key: Callable[[Node], Hashable] = id
) -> list[tuple[Node, ...]]:
    """All that is cyclic: the largest sets of nodes of which each leads to each.

    They are the strongly connected components without the nodes that lie on no cycle. Kosaraju's two passes.
    """
    before: defaultdict[Hashable, list[Node]] = defaultdict(list)

    def noted(node: Node) -> list[Node]:
        successors = list(edges(node))
        for after in successors:
            before[key(after)].append(node)
        return successors

    with collector_paused():
        order = postorder(start, noted, key, strict=False)
        return _components(order, before, key)


def _components(
    order: list[Node], before: dict[Hashable, list[Node]], key: Callable[[Node], Hashable]
) -> list[tuple[Node, ...]]:
    left = {key(node): node for node in order}

    def backwards(node: Node) -> list[Node]:
        return [each for each in before.get(key(node), ()) if key(each) in left]

    found = []
    for node in reversed(order):
        # In this order whatever leads to a node without being led back to is gone already.
        near = backwards(node) if key(node) in left else []
        component = tuple(walk(node, backwards, key=key)) if near else (node,)
        if near:
            found.append(component)
        for each in component:
            left.pop(key(each), None)
    return found
