"""The speed of the walks in `stepscope.graph`, in million nodes or edges a second.

Run it with `python benchmarks/graph.py`.
"""

from __future__ import annotations

import random
import sys
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from stepscope.collect.stack import Entry, fold
from stepscope.graph import backward, cycles, depth, find_cycle, topological, walk


class Node:
    """A node of a hand-written graph."""

    __slots__ = ("inputs",)

    def __init__(self, inputs: list[Node]) -> None:
        """Take the nodes that this one was computed from."""
        self.inputs = inputs


def chain(length: int) -> Node:
    """Nodes in a row; the last one."""
    node = Node([])
    for _ in range(length - 1):
        node = Node([node])
    return node


def random_graph(nodes: int, edges: int) -> Node:
    """A random graph without cycles, all of it reached from the returned node."""
    dice = random.Random(0)
    made = [Node([])]
    for _ in range(nodes - 1):
        made.append(Node([made[-1]]))
    for _ in range(edges - nodes):
        low, high = sorted(dice.sample(range(nodes), 2))
        made[high].inputs.append(made[low])
    return made[-1]


def inputs(node: Node) -> list[Node]:
    """The nodes that a node was computed from."""
    return node.inputs


def halves(node: Node) -> list[tuple[Node, Callable[[float], float]]]:
    """Each input with a pullback."""
    return [(each, lambda grad: grad * 0.5) for each in node.inputs]


def nested(levels: int) -> list[Any]:
    """Lists inside of lists."""
    whole: list[Any] = []
    for _ in range(levels - 1):
        whole = [whole]
    return whole


def stack(calls: int) -> list[Entry]:
    """A stack that two functions fill."""
    return [Entry("net.py", 1 + at % 2, f"f{at % 2}", at) for at in range(calls)]


def timed(name: str, count: int, work: Callable[[], object]) -> None:
    """Print how long `work` took for `count` items."""
    start = time.process_time()
    work()
    seconds = time.process_time() - start
    print(f"{name:34} {seconds:6.2f} s  {count / seconds / 1e6:6.2f} M/s")


def main(count: int) -> None:
    """Measure all of them."""
    for name, start in [("chain", chain(count)), ("random", random_graph(count // 4, count))]:
        timed(f"walk, {name}", count, partial(deque, walk(start, inputs), 0))
        for search in (topological, find_cycle, cycles):
            timed(f"{search.__name__}, {name}", count, partial(search, start, inputs))
        timed(f"backward, {name}", count, partial(backward, start, 1.0, edges=halves))
    deep = nested(count // 10)
    timed("depth of nested lists", count // 10, lambda: depth(deep))
    repeating = stack(count // 10)
    timed("fold, all in one period", count // 10, lambda: fold(repeating))
    plain = [Entry("net.py", 1, f"f{at}") for at in range(count // 10)]
    timed("fold, nothing repeats", count // 10, lambda: fold(plain))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
