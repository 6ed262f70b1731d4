"""The size of a torch autograd graph, read from its nodes."""

from __future__ import annotations

from itertools import islice
from typing import Any

from .walk import height, walk

# torch 2.13: once Python has visited a chain of more than about 45,000 nodes and let go of them, its later
# destruction recurses in C until the stack ends. Hence the limits.
_LIMIT = 10_000


def count_nodes(grad_fn: Any, limit: int = _LIMIT) -> int:
    """The number of nodes behind `loss.grad_fn`; `limit` if there are as many or more."""
    return sum(1 for _ in islice(walk(grad_fn, _inputs), limit))


def autograd_depth(grad_fn: Any, limit: int = _LIMIT) -> int:
    """The number of nodes on the longest path behind `loss.grad_fn`, among the first `limit` nodes."""
    nodes = {id(node): node for node in islice(walk(grad_fn, _inputs), limit)}
    return height(grad_fn, lambda node: [each for each in _inputs(node) if id(each) in nodes])


def _inputs(node: Any) -> list[Any]:
    return [each for each, _ in node.next_functions if each is not None]
