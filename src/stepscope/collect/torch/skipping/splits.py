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
        self._known: deque[tuple[Any, Any, bool]] = deque(maxlen=LOADERS)
        self._drawn: dict[int, tuple[Any, dict[int | str, Any]]] = {}

    def note(self, dataset: Any, sampler: Any, gives_batches: bool = False) -> None:
        """A pass begins over this data set, in the order that this sampler gives (of batches: the one that it takes its indices from, or lists of them)."""
        chosen = getattr(sampler, "sampler", sampler)
        indices = chosen if hasattr(chosen, "__getitem__") else getattr(chosen, "indices", getattr(chosen, "weights", None))
        if hasattr(indices, "__getitem__") and all(indices is not known for _, known, _ in self._known):
            with suppress(TypeError):  # a list, a dict
                self._known.append((weakref.ref(dataset), indices, gives_batches and chosen is sampler is indices))

    def around(self, dataset: Any, index: Any) -> Sequence[Any] | None:
        """The part of the data set that a sampler draws this index from, in order; None where none is known."""
        for data, indices, are_batches in self._known:
            if data() is dataset and name_of(index) in (drawn := self._named(indices, are_batches)):
                return sorted(drawn) if isinstance(name_of(index), int) else list(drawn.values())
        return None

    def _named(self, held: Any, are_batches: bool) -> dict[int | str, Any]:
        """An index list by the names of its indices; made once, where a sample is bad. Of weights, those that are drawn at all."""
        if id(held) not in self._drawn:
            indices = [index for batch in held for index in batch] if are_batches else held.nonzero()[:, 0].tolist() if _are_weights(held) else held
            self._drawn[id(held)] = (held, {name_of(index): index for index in indices})
        return self._drawn[id(held)][1]


def _are_weights(held: Any) -> bool:
    """Whether these are the weights of a `WeightedRandomSampler`: no index is a float."""
    return hasattr(held, "is_floating_point") and held.is_floating_point() and held.ndim == 1
