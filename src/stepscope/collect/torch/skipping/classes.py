"""The class of each sample, as a data set keeps it: what takes the place of a bad sample is of its class where that is known."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any

from stepscope.collect.torch.loading.indices import splits_of
from stepscope.collect.torch.loading.loader_history import length
from stepscope.collect.torch.resolve import stored_attributes

Reader = Callable[[int], Any]
"""Gives what stands for the class of the sample with this index; raises what the user's own lists raise."""

_ATTRIBUTES = ("targets", "labels", "y", "classes_of_samples", "samples", "imgs")
"""Attributes that data sets keep their labels in; lists of (path, class) count by their second."""
_NAMES = ("label", "labels", "target", "targets", "class", "class_id", "class_name", "category", "category_id", "y")
"""Columns of a table, and keys of a record, that hold the class."""
_DEEP = 8
"""Data sets within data sets that are followed."""


def class_of(dataset: Any) -> Reader:
    """Gives the class of each sample as a whole number or text; None where it is not known."""
    read = _reader(dataset, _DEEP)

    def given(index: int) -> Any:
        try:
            label = read(index) if read is not None else None
            plain: Any = getattr(label, "item", None)
            label = plain() if plain is not None and getattr(label, "ndim", 1) == 0 else label
        except Exception:  # the lists are of the user's own making
            return None
        return label if isinstance(label, (int, str)) else None

    return given


def _reader(dataset: Any, deep: int) -> Reader | None:
    """How the classes of this data set are read; of a split, of data sets put together and of a wrapper around another, those of what they hold."""
    base, splits = splits_of(dataset)
    stored, size = stored_attributes(base), length(base)
    if "cumulative_sizes" in stored:  # ConcatDataset
        read = _put_together(stored["cumulative_sizes"], [_reader(part, deep - 1) for part in stored["datasets"]]) if deep else None
    else:
        read = _by_attribute(stored, size) or next(filter(None, (_by_form(held) for held in stored.values() if length(held) == size)), None)
    if read is None and deep:
        inner = (held for held in stored.values() if hasattr(held, "__getitem__") and not isinstance(held, (Sequence, Mapping)) and length(held) == size)
        read = next(filter(None, (_reader(held, deep - 1) for held in inner)), None)
    return _through(splits, read) if read is not None and splits else read


def _through(splits: Sequence[Any], read: Reader) -> Reader:
    def reading(index: int) -> Any:
        for split in splits:
            index = int(split[index])
        return read(index)

    return reading


def _put_together(ends: Sequence[int], readers: Sequence[Reader | None]) -> Reader:
    def reading(index: int) -> Any:
        place = bisect_right(ends, index)
        read = readers[place] if index >= 0 else None
        return read(index - (ends[place - 1] if place else 0)) if read is not None else None

    return reading


def _by_attribute(stored: Mapping[str, Any], size: int | None) -> Reader | None:
    """By the names that labels usually have."""
    tensors = stored.get("tensors")
    if isinstance(tensors, tuple) and len(tensors) > 1 and tensors[-1].ndim == 1 and not tensors[-1].is_floating_point():
        return tensors[-1].__getitem__  # type: ignore[no-any-return]
    named = (stored.get(name) for name in _ATTRIBUTES)
    held = next((each for each in named if hasattr(each, "__getitem__") and length(each) == size), None)
    return (lambda index: _of(held[index])) if held is not None else None


def _by_form(held: Any) -> Reader | None:
    """By what stands in a table with a column of classes, or in a list of records and of pairs (path, class)."""
    if type(held).__name__ == "DataFrame":
        column = next((name for name in held.columns if str(name).lower() in _NAMES), None)
        return (lambda index: held[column].iloc[index]) if column is not None else None
    first = held[0] if isinstance(held, (list, tuple)) and held else None
    key = next((name for name in _NAMES if name in first), None) if isinstance(first, dict) else None
    if key is not None:
        return lambda index: held[index][key]
    is_pair = isinstance(first, (list, tuple)) and len(first) == 2 and isinstance(first[0], (str, PathLike)) and isinstance(first[1], int)
    return (lambda index: _of(held[index])) if is_pair else None


def _of(entry: Any) -> Any:
    return entry[1] if isinstance(entry, (tuple, list)) and len(entry) == 2 else entry

