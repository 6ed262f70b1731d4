"""In the child: batches that the step has written over are loaded once more, so that the repeat begins with what came in."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from stepscope.collect.torch.forked.fork import at_most
from stepscope.collect.torch.loading.handed import Handed
from stepscope.collect.torch.loading.loader_history import History
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.microscope.repeating.operands import storage
from stepscope.collect.torch.microscope.samples.streams import is_stream
from stepscope.collect.torch.tensors import tensors_in

_VALUES: dict[int, list[tuple[Any, Any]]] = {}
MOST, SECONDS = 4096, 2.0
"""Samples of a batch that are loaded at most, and how long that may take."""


def reload_written() -> None:
    """Load the recent batches again that have been written over, as far as they can be asked for."""
    for history in LOADERS.recent()[:2]:
        for handed in _lost(history):
            with suppress(Exception), at_most(SECONDS):  # the data set and its collate function are the user's
                handed.again = _loaded(history, handed)
                _VALUES[id(handed)] = [(tensor, tensor.clone()) for tensor in tensors_in(handed.again)]


def seconds_to_reload() -> float:
    """How long that may take now."""
    return SECONDS if any(_lost(history) for history in LOADERS.recent()[:2]) else 0.0


def _lost(history: History) -> list[Handed]:
    return [handed for handed in (history.latest, history.before) if handed is not None and handed.is_lost]


def is_worn(written: Mapping[int, Any]) -> bool:
    """Whether a repeat that has written over these storages began with a batch that had been written over before."""
    return any(storage(tensor) in written for history in LOADERS.recent()[:2] for handed in _lost(history) for tensor in handed.tensors)


def put_back() -> None:
    """Give what was loaded again its values back: each repeat writes over it."""
    for values in _VALUES.values():
        for tensor, value in values:
            tensor.detach().copy_(value)


def is_reloaded(tensor: Any) -> bool:
    """Whether a tensor belongs to a batch that was loaded again: what it holds came from the data."""
    handed = [each for history in LOADERS.recent()[:2] for each in (history.latest, history.before) if each is not None and each.again is not None]
    return any(storage(tensor) == storage(part) for each in handed for part in tensors_in(each.again))


def _loaded(history: History, handed: Handed) -> Any:
    """The same batch; None where it cannot be had, or where chance has given it other values in the tensors that were left alone."""
    held = handed.tensors
    indices = history.holding(held)
    if history.dataset is None or history.collate is None or is_stream(history.dataset) or not 0 < len(indices) <= MOST:
        return None
    batch = history.collate([history.dataset[index] for index in indices])
    pairs = list(zip(held, Handed(batch).tensors, strict=True))
    left = handed.untouched
    same = all(one.shape == other.shape and (_alike(one, other) or not any(one is each for each in left)) for one, other in pairs)
    return batch if same else None


def _alike(one: Any, other: Any) -> bool:
    return bool(one.nan_to_num().equal(other.nan_to_num()))
