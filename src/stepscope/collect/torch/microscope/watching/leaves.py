"""The tensors that a program without an optimizer trains."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from itertools import islice
from threading import get_ident
from typing import Any

from stepscope.collect.torch.microscope.watching.gradients import all_finite, readable
from stepscope.collect.torch.microscope.watching.losses import plain
from stepscope.graph import walk

NODES = 10_000
"""Nodes of a graph that are gone through."""


class Leaves:
    """Leaves of a loss's graph that were leaves of one before: a picture whose gradient is asked for is another in each step, a weight is not.

    `differentiated` is what the function transform under way differentiates by: several tensors are weights.
    """

    def __init__(self) -> None:
        self.differentiated: Sequence[Any] = ()
        self._thread = 0
        self._known: list[weakref.ref[Any]] = []

    @property
    def tensors(self) -> list[Any]:
        """Those that are alive."""
        inside = list(map(plain, self.differentiated)) if len(self.differentiated) > 1 else []
        return inside + [leaf for leaf in (reference() for reference in self._known) if leaf is not None]

    def gradients(self, loss: Any) -> list[Any]:
        """Their gradients, after the backward of a loss, that can be looked at without waiting for a device."""
        trained = self.tensors if self._thread == get_ident() else []  # another thread may write to its gradients while they are read
        if len(trained) < len(self._known) or not trained:
            self._known, self._thread = [weakref.ref(leaf) for leaf in leaves_of(loss)], get_ident()
        return readable([leaf.grad for leaf in trained])


def leaves_of(loss: Any) -> list[Any]:
    """The leaves of a loss's graph."""
    nodes = islice(walk(loss.grad_fn, lambda node: [each for each, _ in node.next_functions if each is not None]), NODES) if loss.grad_fn is not None else ()
    return [node.variable for node in nodes if hasattr(node, "variable")]


def left_by(loss: Any) -> str:
    """What the backward of this loss has left in each of its leaves: "zero" or "finite" gradients; empty where some are not, or are not known."""
    gradients = [leaf.grad for leaf in leaves_of(loss)]
    read = readable(gradients)
    if not read or len(read) < len(gradients) or not all_finite(read):
        return ""
    return "finite" if any(bool(gradient.any()) for gradient in read) else "zero"
