"""Which sample takes the place of a bad one: of its own class where labels are known, never one that is in the batch already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import index as as_number
from random import Random
from typing import Any

from stepscope.collect.torch.loading.loader_history import length
from stepscope.collect.torch.skipping.classes import class_of

TRIES = 20
"""Candidates asked for one bad sample."""


def others(dataset: Any, index: Any, batch: Sequence[Any], seen: Sequence[Any], split: Sequence[Any] | None = None) -> Iterator[Any]:
    """Indices to try in the place of a bad one, none of them in its batch, those of its own class first; of its `split` where a sampler draws from one.

    The choice depends on the index alone: the run's own random generators are left where they are, and the same sample gets the same
    substitute in every process. Where indices are no numbers and no list of them is known, those that were `seen` are tried.
    """
    if _shares_rest(index, batch):
        part = None if split is None else sorted({other[0] for other in split})
        yield from ((other, *index[1:]) for other in others(dataset, index[0], [other[0] for other in batch], (), part))
        return
    size, number = length(dataset), name_of(index)
    chooser = Random(str(number))
    tried = {number, *map(name_of, batch)}
    if not isinstance(number, int) or size is None:
        pool = [other for name, other in {name_of(other): other for other in (split or seen)}.items() if name not in tried]
        yield from chooser.sample(pool, min(len(pool), TRIES))
        return
    for other in _numbers(dataset, number, tried, chooser, range(size) if split is None else split):
        yield _like(index, other)


def _shares_rest(index: Any, batch: Sequence[Any]) -> bool:
    """Whether an index is a number with what its whole batch is given, such as the size that its images are brought to."""
    if type(index) is not tuple or len(index) < 2 or not isinstance(name_of(index[0]), int):
        return False
    return all(type(other) is tuple and len(other) == len(index) and other[1:] == index[1:] for other in batch)


def _numbers(dataset: Any, number: int, tried: set[Any], chooser: Random, pool: Sequence[int]) -> Iterator[int]:
    read = class_of(dataset)
    label = read(number)
    if label is not None:
        alike = 0
        for other in _drawn(chooser, pool, TRIES * 50):
            if other not in tried and read(other) == label:
                tried.add(other)
                yield other
                alike += 1
                if alike >= TRIES // 2:
                    break
    for other in _drawn(chooser, pool, TRIES):
        if other not in tried:
            tried.add(other)
            yield other


def name_of(index: Any) -> int | str:
    """What an index is known by: its number, also where it is one of numpy's or a tensor, else its words."""
    try:
        return as_number(index)
    except (TypeError, ValueError, RuntimeError):
        return str(index)


def _like(index: Any, number: int) -> Any:
    """A number as the sampler would give it: a data set may ask its index for `.item()`."""
    if hasattr(index, "new_tensor"):
        return index.new_tensor(number)
    return type(index)(number)


def _drawn(chooser: Random, pool: Sequence[int], count: int) -> Iterator[int]:
    """Different numbers of the pool in a random order, at most `count` of them."""
    yield from chooser.sample(pool, min(len(pool), count))

