"""Several data sets in one object, as functions return them: (train, val), {"train": ..., "test": ...}, (train, val, names of classes)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KINDS = frozenset(("Dataset", "IterableDataset", "PyDataset", "DatasetV2", "DataLoader"))


class Several(dict[str, Any]):
    """Data sets by the text that picks one from the object: `[0]`, `['train']`."""


def several_in(value: Any) -> Several:
    """The data sets that a mapping, list or tuple holds; none where it is a data set itself, or holds samples."""
    if isinstance(value, Mapping):
        return Several({f"[{key!r}]": each for key, each in value.items() if is_data_set(each)})
    if isinstance(value, (tuple, list)) and len(value) <= 8:
        return Several({f"[{place}]": each for place, each in enumerate(value) if is_data_set(each)})
    return Several()


def is_data_set(value: Any) -> bool:
    """Whether a framework calls this a data set, or a loader of one."""
    return bool(_KINDS & {base.__name__ for base in type(value).__mro__})
