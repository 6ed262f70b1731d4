"""Index lists: as numbers, and in a form that tells the heartbeat which sample is being asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import filterfalse
from operator import index as as_number
from operator import itemgetter, setitem
from typing import Any

_COUNTING = {"SequentialSampler", "RandomSampler", "WeightedRandomSampler", "DistributedSampler"}
"""The samplers of PyTorch whose indices are numbers, whatever the user gave them."""

DEEP = 20
"""Splits of splits that are followed."""


def numbers(indices: Any) -> tuple[int, ...]:
    """An index list as numbers; empty where the sampler hands out something else, or what can be gone through only once."""
    if indices is None or hasattr(indices, "__next__"):
        return ()
    if isinstance(indices, int):
        return (indices,)
    try:
        return tuple(as_number(index) for index in indices)
    except (TypeError, ValueError):
        return ()


def own_rows(dataset: Any, indices: tuple[int, ...]) -> tuple[Any, tuple[int, ...]]:
    """The data set that a `Subset` (of a `random_split`, say) was taken of, and what these indices are in it: nobody knows a sample by its place in a split."""
    base, splits = splits_of(dataset)
    return base, through(splits, indices)


def splits_of(dataset: Any) -> tuple[Any, list[Any]]:
    """The data set that a `Subset` was taken of, and the index lists that lead to it, the outermost first."""
    splits: list[Any] = []
    while getattr(getattr(type(dataset), "__getitems__", None), "__qualname__", "") == "Subset.__getitems__" and len(splits) < DEEP:
        splits.append(dataset.indices)
        dataset = dataset.dataset
    return dataset, splits


def through(splits: list[Any], indices: tuple[int, ...]) -> tuple[int, ...]:
    """What indices of the outermost split are in the data set itself; empty where they cannot be looked up."""
    try:
        for split in splits:
            indices = tuple(int(split[index]) for index in indices)
    except Exception:  # the lists are of the user's own making
        return ()
    return indices


class Announced(list):  # type: ignore[type-arg]
    """An index list of numbers that tells the heartbeat which of them is being asked for, as it is gone through. Of a split, `rows` are what they are in the data set itself."""

    asked: memoryview | None = None
    """The heartbeat's place for it, -1 at the start of a batch."""
    rows: tuple[int, ...] = ()

    def __iter__(self) -> Iterator[Any]:
        if Announced.asked is None:
            return list.__iter__(self)
        # Not a line of Python for each number: `setitem` writes it, and its None lets the number through.
        telling = filterfalse(partial(setitem, Announced.asked, 0), self.rows or list.__iter__(self))
        return map(itemgetter(0), zip(list.__iter__(self), telling, strict=True)) if self.rows else telling

    @staticmethod
    def last() -> int | None:
        """The number that was asked for last; None before the first one of a batch."""
        return Announced.asked[0] if Announced.asked is not None and Announced.asked[0] >= 0 else None


def teller(iterator: Any, page: Any) -> Callable[[Any], Any] | None:
    """What the index lists go through where this process loads them, so that the heartbeat knows of each sample that is asked for.

    None where a sample is a row of plain tensors: to take one neither hangs nor ends a process, and takes less time than telling of it.
    """
    one_by_one = bool(getattr(iterator, "_auto_collation", False)) and not hasattr(iterator._dataset, "__getitems__")
    chosen, own = getattr(iterator, "_index_sampler", None), is_torchs_own(iterator)
    kinds = [type(chosen), type(getattr(chosen, "sampler", None))]
    if one_by_one and own and kinds[0].__name__ == "BatchSampler" and kinds[1].__name__ in _COUNTING and all(_is_torchs(kind) for kind in kinds):
        return None if _holds_rows(iterator._dataset) else partial(filterfalse, partial(setitem, page.asked, 0))

    return partial(announced, iterator._dataset, page, bool(getattr(iterator, "_auto_collation", False)))


def announced(dataset: Any, page: Any, auto_collation: bool, indices: Any) -> Any:
    """An index list as it is to be used, once the heartbeat has been told of it: in a form that tells of each sample where it is gone through for one after the other.

    Where the fetcher does not go through a list itself, the list is handed to the data set, which must get its own; a split of PyTorch's goes through it.
    """
    base, splits = splits_of(dataset)
    if splits:
        rows = through(splits, numbers(indices))
        tells = len(splits) == 1 and 0 < len(rows) == len(indices) and not (hasattr(base, "__getitems__") or _holds_rows(base))
    else:
        tells = not hasattr(dataset, "__getitems__")
        rows = indices if tells and auto_collation else numbers(indices)
    if type(indices) is not list or not page.loads(rows) or not (tells and auto_collation):
        return indices
    told = Announced(indices)
    told.rows = rows if splits else ()
    return told


def is_torchs_own(iterator: Any) -> bool:
    """Whether the iterator is PyTorch's own: any other library may do as it likes with index lists and batches."""
    return type(iterator).__module__ == "torch.utils.data.dataloader"


def _holds_rows(dataset: Any) -> bool:
    """Whether the data set is PyTorch's own of tensors, and these are of no class of the user's."""
    kind = type(dataset)
    return kind.__name__ == "TensorDataset" and _is_torchs(kind) and all(type(tensor) is sys.modules["torch"].Tensor for tensor in dataset.tensors)


def _is_torchs(kind: type) -> bool:
    return kind.__module__.startswith("torch.utils.data.")
