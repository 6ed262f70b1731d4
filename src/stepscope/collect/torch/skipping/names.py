"""What a bad sample is known by: its data set, its index there, and what tells data sets of one class and one size apart."""

from __future__ import annotations

import weakref
from typing import Any

from stepscope.collect.torch.loading.indices import own_rows
from stepscope.collect.torch.skipping.marks import mark_of
from stepscope.collect.torch.skipping.others import name_of
from stepscope.evidence.skipped import Skipped


class Names:
    """The marks of the data sets, each as it was before the first sample was asked for: a cache fills, a list is read when it is needed."""

    def __init__(self) -> None:
        self._marks: dict[int, tuple[Any, str]] = {}

    def note(self, dataset: Any) -> None:
        """Samples of this data set are about to be asked for."""
        self._mark(own_rows(dataset, ())[0])

    def of(self, dataset: Any, index: Any) -> Skipped:
        """A sample by its names; of a stream, None is its index."""
        base, _ = own_rows(dataset, ())
        try:
            size = len(base)
        except Exception:
            size = None
        return Skipped(index=row_of(dataset, index), dataset=type(base).__name__, size=size, mark=self._mark(base))

    def _mark(self, base: Any) -> str:
        known = self._marks.get(id(base))
        if known is None or known[0]() is not base:
            try:
                known = self._marks[id(base)] = (weakref.ref(base), mark_of(base))
            except TypeError:  # a list, a dict
                return ""
        return known[1]


def row_of(dataset: Any, index: Any) -> int | str | None:
    """An index as it is told: the row of the data set itself where it is a number."""
    number = name_of(index) if index is not None else None
    _, rows = own_rows(dataset, (number,)) if isinstance(number, int) else (None, ())
    return rows[0] if rows else number
