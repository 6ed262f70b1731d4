"""The tensors of a batch, by weak references: to tell later which batch a tensor belongs to."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from typing import Any

ROWS = 64
"""Samples of a batch whose own tensors are remembered."""
TENSORS = 8
"""Tensors of a batch that are remembered."""

Held = list[tuple["weakref.ref[Any]", "int | None"]]


def held_weakly(data: Any) -> Held:
    """Weak references to the tensors of a batch, as it is usually built: a tensor, a sequence or a mapping of some.

    A tensor that belongs to one sample alone comes with its row, one of the whole batch with None.
    """
    if hasattr(type(data), "data_ptr"):
        return [(weakref.ref(data), None)]
    values = data
    if not isinstance(data, (list, tuple)):
        if not isinstance(data, Mapping):
            return []
        values = list(data.values())
    held: Held = []
    for value in values[:TENSORS]:
        if hasattr(type(value), "data_ptr"):
            held.append((weakref.ref(value), None))
        elif isinstance(value, (list, tuple)):
            held += _by_row(value)
    return held


def _by_row(samples: Sequence[Any]) -> Held:
    """The tensors of a list of samples (the targets of a detector), each with its row."""
    held: Held = []
    for row, sample in enumerate(samples[:ROWS]):
        parts = list(sample.values()) if isinstance(sample, Mapping) else [sample]
        held += [(weakref.ref(part), row) for part in parts[:TENSORS] if hasattr(type(part), "data_ptr")]
    return held
