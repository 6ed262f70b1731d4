"""What the user calls a tensor that was there before the step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.microscope.repeating.operands import storage
from stepscope.collect.torch.microscope.tracing.attributes import held_by_objects
from stepscope.collect.torch.tensors import tensors_in

ENTRIES = 50
"""Entries that a mapping has at most whose tensors are looked at: larger ones are states of models."""


def names_of(stack: Sequence[Entry]) -> dict[int, str]:
    """The tensors among the names of the user's frames that no operator made, by storage, and those of their objects; a framework's names tell the user nothing."""
    found: dict[int, str] = {}
    for frame in [entry[0] for entry in reversed(stack) if is_users(entry[0].f_code.co_filename)]:
        for name, value in list(frame.f_locals.items()):
            for path, tensor in _called(name, value):
                if tensor.grad_fn is None:
                    found.setdefault(storage(tensor), path)
    for name, tensor in held_by_objects(stack):
        found.setdefault(storage(tensor), name)
    return found


def attribute_of(place: int, entries: Sequence[Entry]) -> str:
    """What the frames that met a tensor call it, where one of their objects holds it: no frame of the user's shows a module that a trainer calls."""
    return next((name for name, tensor in held_by_objects(entries) if storage(tensor) == place), "")


def _called(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The tensors in the value of a variable, by what the user calls them: an entry of a mapping by its key."""
    if not isinstance(value, dict):
        yield from ((name, tensor) for tensor in tensors_in(value))
    elif len(value) < ENTRIES:
        yield from ((f'{name}["{key}"]' if isinstance(key, str) else name, tensor) for key, part in list(value.items()) for tensor in tensors_in(part))
