"""A batch as a loader handed it out, whatever the step has made of it since."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import cache
from itertools import islice
from typing import Any

from stepscope.collect.torch.tensors import is_tensor

PARTS = 64
"""Parts of a batch whose own containers are copied, and whose tensors are watched."""


class Handed:
    """A batch: the object that was handed out (`data`), a copy of its containers, and the versions of its tensors.

    A step may take entries out of a batch (`batch.pop("labels")`), put others in, or write over its tensors. The first two are undone by the copy; what is written over
    shows in a tensor's version, and is made good by `again`, the same batch loaded once more, where that can be had.
    """

    __slots__ = ("_copy", "_tensors", "_versions", "again", "data")

    def __init__(self, data: Any) -> None:
        self.data = data
        self.again: Any = None
        self._copy = copied(data)
        self._tensors, self._versions = _versions(data)

    @classmethod
    def tensors_alone(cls, data: list[Any], copy: list[Any], versions: list[int]) -> Handed:
        """A list of tensors alone, as the usual collate function puts them, with the copy and the versions that were taken of it when it was handed out."""
        handed = cls.__new__(cls)
        handed.data, handed.again = data, None
        handed._tensors = handed._copy = copy
        handed._versions = versions
        return handed

    def fresh(self) -> Any:
        """The batch as it was, in containers of its own."""
        return copied(self._copy if self.again is None else self.again)

    @property
    def is_written(self) -> bool:
        """Whether a tensor of the batch has been written over since."""
        return len(self.untouched) < len(self._tensors)

    @property
    def tensors(self) -> list[Any]:
        """The tensors at its first level, in their order."""
        return list(self._tensors)

    @property
    def untouched(self) -> list[Any]:
        """The tensors of the batch that have not been written over."""
        return [tensor for tensor, version in zip(self._tensors, self._versions, strict=True) if tensor._version == version]

    @property
    def is_lost(self) -> bool:
        """Whether a tensor has been written over, and what it held is not known any more."""
        return self.is_written and self.again is None


Kept = Handed | tuple[list[Any], list[Any], list[int]] | None
"""A batch, or what is needed to make one: the list, its copy and the versions of its tensors."""


def made(kept: Kept) -> Handed | None:
    """The batch of what is needed to make it."""
    if not isinstance(kept, tuple):
        return kept
    return Handed.tensors_alone(*kept) if all(map(is_tensor, kept[1])) else Handed(kept[1])


@cache
def version_reader() -> Any:
    """Reads the version of a tensor in C; whatever else is given to it is asked nothing: an attribute of the user's own may be made by being asked for."""
    return sys.modules["torch"]._C.TensorBase._version.__get__


def copied(batch: Any) -> Any:
    """The same tensors and objects in new lists and mappings, two levels deep; any other object as it is."""
    kind = type(batch)
    if kind in (list, tuple, dict) and len(batch) > PARTS:
        return batch if kind is tuple else batch.copy()
    if kind is list:
        return [_shallow(part) for part in batch]
    if kind is tuple:
        return tuple(_shallow(part) for part in batch)
    if kind is dict:
        return {name: _shallow(part) for name, part in batch.items()}
    return _shallow(batch)


def _shallow(part: Any) -> Any:
    kind = type(part)
    if hasattr(kind, "data_ptr"):  # asked first: in every step, and a tensor's `__dict__` would be made to be looked at
        return part
    if kind is list or kind is dict:
        return part.copy()
    if _is_user_dict(part):  # UserDict, transformers' BatchEncoding
        with suppress(Exception):
            other: Any = object.__new__(kind)
            other.__dict__.update(part.__dict__)
            other.data = part.data.copy()
            return other
    return part


def _is_user_dict(part: Any) -> bool:
    held: dict[str, Any] = getattr(part, "__dict__", {})
    return isinstance(held.get("data"), dict)


def _versions(batch: Any) -> tuple[list[Any], list[int]]:
    """The tensors at the first level of a batch, and the version of each."""
    if _is_user_dict(batch):
        batch = batch.data
    parts = batch.values() if isinstance(batch, dict) else batch if type(batch) in (list, tuple) else (batch,)
    tensors = [part for part in islice(parts, PARTS) if hasattr(type(part), "data_ptr")]
    try:
        return tensors, [tensor._version for tensor in tensors]
    except RuntimeError:  # made in inference mode: they keep no version
        return [], []
