"""Which sample takes the place of a bad one: of its own class where labels are known, never one that is in the batch already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from stepscope.collect.torch.indices import splits_of
from stepscope.collect.torch.resolve import stored_attributes

TRIES = 20
"""Candidates asked for one bad sample."""
_LABELS = ("targets", "labels", "y", "classes_of_samples", "samples", "imgs")
"""Attributes that data sets keep their labels in; lists of (path, class) count by their second."""


def others(dataset: Any, index: Any, taken: set[Any], seen: Sequence[Any]) -> Iterator[Any]:
    """Indices to try in the place of a bad one, those of its own class first.

    The choice depends on the index alone: the run's own random generators are left where they are, and the same sample gets the same
    substitute in every process. Where indices are no numbers, those that were `seen` are tried.
    """
    size = _length(dataset)
    chooser = Random(str(index))
    if not isinstance(index, int) or size is None:
        pool = [other for other in dict.fromkeys(seen) if other not in taken]
        yield from chooser.sample(pool, min(len(pool), TRIES))
        return
    label = label_of(dataset, index)
    tried = {index}
    if label is not None:
        for other in _drawn(chooser, size, TRIES * 50):
            if other not in taken and other not in tried and label_of(dataset, other) == label:
                tried.add(other)
                yield other
                if len(tried) > TRIES // 2:
                    break
    for other in _drawn(chooser, size, TRIES):
        if other not in taken and other not in tried:
            tried.add(other)
            yield other


def label_of(dataset: Any, index: int) -> Any:
    """The class of a sample, as the data set keeps it; None where it does not."""
    base, splits = splits_of(dataset)
    try:
        for split in splits:
            index = int(split[index])
        labels = _labels(base)
        label = labels[index] if labels is not None else None
        label = label[1] if isinstance(label, (tuple, list)) and len(label) == 2 else label
        number: Any = getattr(label, "item", None)
        label = number() if number is not None and getattr(label, "ndim", 1) == 0 else label
        return label if isinstance(label, (int, str)) else None
    except Exception:  # the lists are of the user's own making
        return None


def _labels(base: Any) -> Any:
    stored = stored_attributes(base)
    size = _length(base)
    tensors = stored.get("tensors")
    if isinstance(tensors, tuple) and len(tensors) > 1 and tensors[-1].ndim == 1 and not tensors[-1].is_floating_point():
        return tensors[-1]
    for name in _LABELS:
        held = stored.get(name)
        if held is not None and hasattr(held, "__getitem__") and _length(held) == size:
            return held
    return None


def _drawn(chooser: Random, size: int, count: int) -> Iterator[int]:
    """Different numbers below `size` in a random order, at most `count` of them."""
    yield from chooser.sample(range(size), min(size, count))


def _length(thing: Any) -> int | None:
    try:
        return len(thing)
    except Exception:
        return None
