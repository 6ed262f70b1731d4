"""The loader's index lists: what the current batch is made of."""

from __future__ import annotations

import weakref
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import filterfalse
from operator import setitem
from typing import Any

KEPT = 64
"""Index lists kept per iterator: more than any prefetch, so that an early worker does not push out the current one."""

AHEAD = 12
"""Batches remembered after they were handed out: more than a trainer draws ahead."""
Held = list[tuple["weakref.ref[Any]", "int | None"]]
ROWS = 64
"""Samples of a batch whose own tensors are remembered."""
TENSORS = 8
"""Tensors of a batch that are remembered."""


class History:
    """The index lists that one iterator has asked for, by the number of the batch."""

    def __init__(self, iterator: Any, drawn_at: int) -> None:
        self.reference = weakref.ref(iterator)
        self._dataset = _weak(getattr(iterator, "_dataset", None))
        self._lists: deque[Any] = deque(maxlen=KEPT)
        self._asked = 0
        self.yielded = 0
        self.exhausted = False
        self.handed_out: deque[tuple[int, Held]] = deque(maxlen=AHEAD)
        self.workers = int(getattr(iterator, "_num_workers", 0) or 0)
        self.drawn_at = drawn_at
        collate = getattr(iterator, "_collate_fn", None)
        self.own_collate = collate not in (list, tuple) and not str(getattr(collate, "__module__", "")).startswith("torch.utils.data")

    def add(self, indices: Any) -> None:
        self._lists.append(indices)
        self._asked += 1

    @property
    def iterator(self) -> Any:
        """The iterator, or None when it is gone: an exception that leaves a `for` loop takes it along."""
        return self.reference()

    @property
    def is_over(self) -> bool:
        """Whether the loop over it has come to its end."""
        return self.exhausted and self.yielded >= self._asked and self.iterator is None

    @property
    def dataset(self) -> Any:
        """The data set, or None when it is gone or is of a kind that cannot be watched (a list)."""
        return self._dataset() if self._dataset is not None else getattr(self.iterator, "_dataset", None)

    def current(self) -> tuple[int, ...]:
        """The indices of the batch that was handed out last; empty where they are not numbers."""
        return self._at(self.yielded - 1)

    def holding(self, tensors: Sequence[Any]) -> tuple[int, ...]:
        """The indices of the recent batch that the first of these tensors belongs to; empty where none does.

        Trainers draw ahead, so the batch that was handed out last need not be the one that is being worked on.
        """
        for tensor in tensors:
            for number, held in reversed(self.handed_out):
                if any(reference() is tensor for reference, _ in held):
                    return self._at(number)
        return ()

    def loading(self) -> tuple[int, ...]:
        """The indices of the batch that is being loaded, where the main process loads it."""
        return self._at(self._asked - 1)

    def task(self, number: int) -> tuple[int, ...]:
        """The indices of the batch with this number."""
        return self._at(number)

    def _at(self, number: int) -> tuple[int, ...]:
        back = self._asked - number
        return numbers(self._lists[-back]) if 0 < back <= len(self._lists) else ()


class Loaders:
    """All iterators that were drawn from, the latest last."""

    def __init__(self) -> None:
        self._histories: OrderedDict[int, History] = OrderedDict()
        self._clock = 0
        self.in_worker: tuple[int, ...] = ()
        self.asked: int | None = None

    def drew(self, iterator: Any, indices: Any) -> None:
        """An iterator has chosen the next index list."""
        self._clock += 1
        key = id(iterator)
        history = self._histories.get(key)
        if history is None or history.reference() is not iterator:
            history = self._histories[key] = History(iterator, self._clock)
            for stale in [k for k, h in self._histories.items() if h.iterator is None]:
                del self._histories[stale]
        history.drawn_at = self._clock
        history.add(indices)

    def exhausted(self, iterator: Any) -> None:
        """An iterator has no more index lists."""
        if (history := self.of(iterator)) is not None:
            history.exhausted = True

    def stand_still(self) -> None:
        """Keep the sample that was asked for last: what looks at the frames from here on iterates index lists too."""
        self.asked = Announced.last()

    def yielded(self, iterator: Any, count: int, data: Any = None) -> None:
        """An iterator has handed out so many batches, this one last; 0 where it begins a pass anew."""
        if count == 0:
            self._histories.pop(id(iterator), None)
        elif (history := self.of(iterator)) is not None:
            history.yielded = count
            history.handed_out.append((count - 1, weak_tensors(data)))

    def of(self, iterator: Any) -> History | None:
        """The history of one iterator."""
        history = self._histories.get(id(iterator))
        return history if history is not None and history.reference() is iterator else None

    def recent(self) -> list[History]:
        """The histories at hand, the one drawn from last first; that of a loop just left is among them."""
        return sorted(self._histories.values(), key=lambda history: -history.drawn_at)


def _weak(thing: Any) -> weakref.ref[Any] | None:
    try:
        return weakref.ref(thing)
    except TypeError:
        return None


def weak_tensors(data: Any) -> Held:
    """Weak references to the tensors of a batch, as it is usually built: a tensor, a sequence or a mapping of some.

    A tensor that belongs to one sample alone comes with its row, one of the whole batch with None.
    """
    if hasattr(data, "data_ptr"):
        return [(weakref.ref(data), None)]
    values = data
    if not isinstance(data, (list, tuple)):
        if not isinstance(data, Mapping):
            return []
        values = list(data.values())
    held: Held = []
    for value in values[:TENSORS]:
        if hasattr(value, "data_ptr"):
            held.append((weakref.ref(value), None))
        elif isinstance(value, (list, tuple)):
            held += _by_row(value)
    return held


def _by_row(samples: Sequence[Any]) -> Held:
    """The tensors of a list of samples (the targets of a detector), each with its row."""
    held: Held = []
    for row, sample in enumerate(samples[:ROWS]):
        parts = list(sample.values()) if isinstance(sample, Mapping) else [sample]
        held += [(weakref.ref(part), row) for part in parts[:TENSORS] if hasattr(part, "data_ptr")]
    return held


def numbers(indices: Any) -> tuple[int, ...]:
    """An index list as numbers; empty where the sampler hands out something else, or what can be gone through only once."""
    if indices is None or hasattr(indices, "__next__"):
        return ()
    if isinstance(indices, int):
        return (indices,)
    try:
        return tuple(int(index) for index in indices)
    except (TypeError, ValueError):
        return ()


class Announced(list):  # type: ignore[type-arg]
    """An index list of numbers that tells the heartbeat which of them is being asked for, as it is gone through."""

    asked: memoryview | None = None
    """The heartbeat's place for it, -1 at the start of a batch."""

    def __iter__(self) -> Iterator[Any]:
        if Announced.asked is None:
            return list.__iter__(self)
        # Not a line of Python for each number: `setitem` writes it, and its None lets the number through.
        return filterfalse(partial(setitem, Announced.asked, 0), list.__iter__(self))

    @staticmethod
    def last() -> int | None:
        """The number that was asked for last; None before the first one of a batch."""
        return Announced.asked[0] if Announced.asked is not None and Announced.asked[0] >= 0 else None


LOADERS = Loaders()
