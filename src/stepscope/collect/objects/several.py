"""What functions return in place of a data set: several of them, (train, val) or {"train": ..., "test": ...}, or the arrays that one consists of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stepscope.collect.objects.named import NotMade

_KINDS = frozenset(("Dataset", "IterableDataset", "PyDataset", "DatasetV2", "DataLoader"))
MOST = 8
"""Parts of a tuple: a longer one holds samples."""


class Several(dict[str, Any]):
    """Data sets by the text that picks one from the object: `[0]`, `['train']`."""


class Rows:
    """Arrays of equal length as a data set: `(images, labels)` in a tuple, or by name."""

    def __init__(self, arrays: Any) -> None:
        lengths = {key: len(array) for key, array in _parts(arrays)}
        if len(set(lengths.values())) > 1:
            raise NotMade(f"its arrays are of several lengths: {', '.join(f'{count:,} in {key}' for key, count in lengths.items())}; a label belongs to each image")
        self._arrays, self._length = arrays, next(iter(lengths.values()))

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, row: int) -> Any:
        if isinstance(self._arrays, Mapping):
            return {name: array[row] for name, array in self._arrays.items()}
        return tuple(array[row] for array in self._arrays)


def several_in(value: Any) -> Several:
    """The data sets that a mapping, list or tuple holds; none where it is a data set itself, or holds samples."""
    if not isinstance(value, (Mapping, tuple, list)) or len(value) > MOST:
        return Several()
    return Several({key: each for key, each in _parts(value) if is_data_set(each) or are_arrays(each)})


def as_data_set(value: Any) -> Any:
    """The same, its arrays as samples. Raises NotMade where it holds something else by name."""
    if are_arrays(value):
        return Rows(value)
    if isinstance(value, Mapping):
        raise NotMade(f"it is a {type(value).__name__} of {', '.join(map(str, list(value)[:6])) or 'nothing'}, none of which is a data set")
    if type(value).__name__ == "DataFrame":
        raise NotMade("it is a table: name the data set that is made of it, or give the file itself")
    return value


def is_data_set(value: Any) -> bool:
    """Whether a framework calls this a data set, or a loader of one."""
    return bool(_KINDS & {base.__name__ for base in type(value).__mro__})


def are_arrays(value: Any) -> bool:
    """Whether this is a tuple of arrays, or some by name, that hold one sample in each row."""
    if not isinstance(value, (tuple, Mapping)) or not 2 <= len(value) <= MOST:
        return False
    shapes = [getattr(each, "shape", None) for _, each in _parts(value)]
    return all(shape is not None and len(shape) > 0 for shape in shapes) and max(map(len, shapes)) > 1  # type: ignore[arg-type]


def _parts(value: Any) -> list[tuple[str, Any]]:
    pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
    return [(f"[{key!r}]", each) for key, each in pairs]
