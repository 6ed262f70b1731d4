"""Samples that a sampler draws from: a part of a data set, whose other parts it must not be given."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from stepscope.collect.torch.indices import numbers
from stepscope.collect.torch.skipping.others import name_of

LOADERS = 8
"""Loaders whose samplers are known, the latest."""


class Splits:
    """The index lists of samplers such as `SubsetRandomSampler`, with the data set that each draws from."""

    def __init__(self) -> None:
        self._known: deque[tuple[Any, Any]] = deque(maxlen=LOADERS)
        self._numbers: dict[int, tuple[Any, list[int], set[int]]] = {}

    def note(self, dataset: Any, sampler: Any) -> None:
        """A pass begins over this data set, in the order that this sampler gives (of batches: the one that it takes its indices from)."""
        indices = getattr(getattr(sampler, "sampler", sampler), "indices", None)
        if indices is not None and all(indices is not known for _, known in self._known):
            with suppress(TypeError):  # a list, a dict
                self._known.append((weakref.ref(dataset), indices))

    def around(self, dataset: Any, index: Any) -> Sequence[int] | None:
        """The part of the data set that a sampler draws this index from; None where none is known."""
        for data, indices in self._known:
            if data() is dataset:
                _, listed, drawn = self._of(indices)
                if name_of(index) in drawn:
                    return listed
        return None

    def _of(self, indices: Any) -> tuple[Any, list[int], set[int]]:
        """An index list as numbers, in order; looked at once, where a sample is bad."""
        if id(indices) not in self._numbers:
            drawn = set(numbers(indices))
            self._numbers[id(indices)] = (indices, sorted(drawn), drawn)
        return self._numbers[id(indices)]
