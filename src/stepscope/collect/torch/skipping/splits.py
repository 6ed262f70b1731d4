"""Samples that a sampler draws from: a part of a data set, whose other parts it must not be given."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from stepscope.collect.torch.skipping.others import name_of

LOADERS = 8
"""Loaders whose samplers are known, the latest."""


class Splits:
    """The index lists of samplers such as `SubsetRandomSampler`, or lists in their place, with the data set that each draws from."""

    def __init__(self) -> None:
        self._known: deque[tuple[Any, Any]] = deque(maxlen=LOADERS)
        self._drawn: dict[int, tuple[Any, dict[int | str, Any]]] = {}

    def note(self, dataset: Any, sampler: Any) -> None:
        """A pass begins over this data set, in the order that this sampler gives (of batches: the one that it takes its indices from)."""
        chosen = getattr(sampler, "sampler", sampler)
        indices = chosen if hasattr(chosen, "__getitem__") else getattr(chosen, "indices", None)
        if hasattr(indices, "__getitem__") and all(indices is not known for _, known in self._known):
            with suppress(TypeError):  # a list, a dict
                self._known.append((weakref.ref(dataset), indices))

    def around(self, dataset: Any, index: Any) -> Sequence[Any] | None:
        """The part of the data set that a sampler draws this index from, in order; None where none is known."""
        for data, indices in self._known:
            if data() is dataset and name_of(index) in (drawn := self._named(indices)):
                return sorted(drawn) if isinstance(name_of(index), int) else list(drawn.values())
        return None

    def _named(self, indices: Any) -> dict[int | str, Any]:
        """An index list by the names of its indices; made once, where a sample is bad."""
        if id(indices) not in self._drawn:
            self._drawn[id(indices)] = (indices, {name_of(index): index for index in indices})
        return self._drawn[id(indices)][1]
