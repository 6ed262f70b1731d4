"""Whether the numbers of one tensor were taken from another: only then are rows of the one rows of the other.

That a few values occur in both proves nothing: an order of 64 samples holds a 7, and so do the labels of ten classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

COMPARED = 4_000_000
"""Numbers that are compared at the most."""
FEW = 4
"""Fewer numbers than these may be another's in another order by chance."""


def comes_from(tensor: Any, field: Any, ignored: float | None = None) -> bool:
    """Whether a tensor is a field of the batch, shares its memory, or holds its numbers."""
    if tensor is field or _memory(tensor) == _memory(field) is not None:
        return True
    if max(tensor.numel(), field.numel()) > COMPARED:
        return False
    given, had = (each.detach().cpu().reshape(-1).tolist() for each in (tensor, field))
    return taken_from([value for value in given if value != ignored], [value for value in had if value != ignored])


def taken_from(numbers: Sequence[float], field: Sequence[float]) -> bool:
    """Whether these are the numbers of the field: row for row, in another order, masked or cut, or repeated and joined with others.

    A part counts where chance would not have found it: a number in its turn comes after about as many others as there are values.
    """
    if not numbers or not field or list(numbers) == list(range(len(numbers))) != list(field):
        return False
    part, whole = sorted((numbers, field), key=len)
    times, over = divmod(len(whole), len(part))
    if list(part) == list(whole) or (not over and len(part) >= FEW and sorted([*part] * times) == sorted(whole)):
        return True
    rest = iter(whole)
    return len(part) * len(set(part)) >= 2 * len(whole) and all(number in rest for number in part)


def _memory(tensor: Any) -> int | None:
    """Where the numbers of a tensor lie; None where it does not tell."""
    try:
        return tensor.untyped_storage().data_ptr() or None
    except Exception:
        return None
