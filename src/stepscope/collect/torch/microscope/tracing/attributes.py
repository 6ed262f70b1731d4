"""Tensors that the objects in the user's frames hold: a trainer's `self.state`, a graph's `graph.adjacency`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.layers import is_module, walk_modules
from stepscope.collect.torch.resolve import stored_attributes
from stepscope.collect.torch.tensors import is_tensor, tensors_in

MOST = 100
"""Attributes of an object that are looked at."""
_REGISTERED = {"_parameters", "_buffers", "_modules"}


def held_by_objects(stack: Sequence[Entry]) -> Iterator[tuple[str, Any]]:
    """The tensors, with the words that lead to them, those of the innermost frame first. Weights and buffers of modules are none of them."""
    seen: set[int] = set()
    for frame in [entry[0] for entry in reversed(stack) if is_users(entry[0].f_code.co_filename)]:
        for name, value in list(frame.f_locals.items()):
            for path, owner in _objects(name, value):
                if id(owner) not in seen:
                    seen.add(id(owner))
                    yield from _tensors(path, owner)


def carried(stack: Sequence[Entry]) -> list[Any]:
    """Those that steps have computed: a hidden state that goes on from one to the next. A view of what was given has a history and is none."""
    return [tensor for _, tensor in held_by_objects(stack) if _is_computed(tensor)]


def _objects(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if not is_tensor(value):
        yield name, value
    if is_module(value):
        yield from ((f"{name}.{path}", module) for path, module, _ in walk_modules(value))


def _tensors(path: str, owner: Any) -> Iterator[tuple[str, Any]]:
    for attribute, held in islice(list(stored_attributes(owner).items()), MOST):
        if attribute not in _REGISTERED:
            yield from ((f"{path}.{attribute}", tensor) for tensor in tensors_in(held))


def _is_computed(tensor: Any) -> bool:
    base = getattr(tensor, "_base", None)
    return (tensor if base is None else base).grad_fn is not None
