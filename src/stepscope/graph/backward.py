"""Reverse-mode differentiation over a graph of the user's own, without recursion."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from .walk import topological

Node = TypeVar("Node")
Grad = TypeVar("Grad")
Pullback = Callable[[Grad], "Grad | None"]


class Gradients(Mapping[Node, Grad], Generic[Node, Grad]):
    """The gradient of each node, looked up by the node itself; it iterates from the start to the leaves."""

    def __init__(
        self, nodes: list[Node], grads: dict[Hashable, Grad], key: Callable[[Node], Hashable] = id
    ) -> None:
        """Take the nodes and, for each, its gradient under `key(node)`."""
        self._nodes = nodes
        self._grads = grads
        self._key = key

    def __getitem__(self, node: Node) -> Grad:
        """The gradient of `node`, of the node's own shape; `KeyError` if none came to it."""
        mark = self._key(node)
        if mark not in self._grads:
            raise KeyError(type(node).__qualname__)
        return self._grads[mark]

    def __iter__(self) -> Iterator[Node]:
        """The nodes, each before its inputs."""
        return iter(self._nodes)

    def __len__(self) -> int:
        """The number of nodes that a gradient came to."""
        return len(self._nodes)


def backward(
    start: Node,
    grad: Grad,
    *,
    edges: Callable[[Node], Iterable[tuple[Node, Pullback[Grad]]]],
    accumulate: Callable[[Grad, Grad], Grad] = operator.add,
    key: Callable[[Node], Hashable] = id,
) -> Gradients[Node, Grad]:
    """The gradients of `start` with respect to every node that it was computed from.

    `edges(node)` gives a pair `(input, pullback)` for each input of the node, the same input twice if it was
    used twice. `pullback(g)` takes the complete gradient of the node, of the node's shape, and returns what
    it adds to the gradient of the input, of the input's shape; None adds nothing. `grad` is the gradient of
    `start`: 1.0 for a scalar loss. `accumulate(sum, part)` joins what comes over several edges; it may work
    in place only if no pullback returns its argument or keeps what it returned.

    No pullback is called before the order is known: a graph with a cycle raises `CycleError` first.
    """
    links: dict[Hashable, tuple[tuple[Node, Pullback[Grad]], ...]] = {}

    def inputs(node: Node) -> list[Node]:
        pairs = links[key(node)] = tuple(edges(node))
        return [pair[0] for pair in pairs]

    order = topological(start, inputs, key=key)
    grads: dict[Hashable, Grad] = {key(start): grad}
    for node in order:
        mark = key(node)
        # A pullback holds what it saved of the forward pass: let go of it as soon as it was called.
        pairs = links.pop(mark)
        if mark in grads:
            _pass_on(grads[mark], pairs, grads, accumulate, key)
    return Gradients([node for node in order if key(node) in grads], grads, key)


def _pass_on(
    grad: Grad,
    pairs: Iterable[tuple[Node, Pullback[Grad]]],
    grads: dict[Hashable, Grad],
    accumulate: Callable[[Grad, Grad], Grad],
    key: Callable[[Node], Hashable],
) -> None:
    for node, pullback in pairs:
        part = pullback(grad)
        if part is not None:
            mark = key(node)
            grads[mark] = accumulate(grads[mark], part) if mark in grads else part
