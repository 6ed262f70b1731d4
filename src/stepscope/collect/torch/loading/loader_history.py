"""One pass of an iterator: the index lists that it asked for, and the batches that it made of them."""

from __future__ import annotations

import sys
import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain, filterfalse
from typing import Any, ClassVar

from stepscope.collect.torch.loading.handed import Handed, Kept, made, version_reader
from stepscope.collect.torch.loading.held import TENSORS, Held, held_weakly
from stepscope.collect.torch.loading.indices import is_torchs_own, numbers, splits_of, teller, through
from stepscope.collect.torch.loading.leaving import is_left_by_exception
from stepscope.collect.trouble import trouble

SENT = 256
"""Index lists kept where workers load: more than are usually on their way, so that the current one is among them."""

AHEAD = 12
"""Batches remembered after they were handed out: more than a trainer draws ahead."""

_IN_ORDER = ("torch.utils.data", "transformers.")
"""Whose collate functions keep the samples in their order."""


class History:
    """The index lists that one iterator has asked for in this pass, and the latest batches that it made of them.

    `own_order` says that the rows of a batch need not stand in the order of its list: a collate function, an iterator or a `__getitems__`
    of the user's own made it. The lists are noted by a chain of C functions, without a line of Python for each batch.
    """

    keeps_two: ClassVar = False
    """Whether the batch before the latest is kept too: some draw one ahead, and an accelerator's loss is read one step later."""

    def __init__(self, iterator: Any) -> None:
        self.reference = weakref.ref(iterator, partial(_let_go, weakref.ref(self)))
        base, self._splits = splits_of(getattr(iterator, "_dataset", None))
        self._dataset = _weak(base)
        self._held = base if self._dataset is None else None
        self.workers = int(getattr(iterator, "_num_workers", 0))
        self._lists: deque[Any] = deque(maxlen=SENT if self.workers else 1)
        self._handed_out: deque[tuple[Any, Held]] = deque(maxlen=AHEAD)
        self._earlier: tuple[tuple[Any, Held], ...] = ()
        self._brief: Any = None
        self._asked: Any = [0]
        self.begun = 0
        """The batches that were handed out in this pass."""
        self.draws_ahead = False
        """Whether in this pass a batch was handed out before the step of another was over: any of them may be the one that is worked on."""
        self.turn = 0.0
        """The moment of `perf_counter` at which a batch was handed out last."""
        self._latest: Kept = None
        self._before: Kept = None
        self.used_again = False
        self._sampler_ended = False
        self._waiting = 0
        self.collate = collate = getattr(iterator, "_collate_fn", None)
        usual = collate in (list, tuple) or str(getattr(collate, "__module__", type(collate).__module__)).startswith(_IN_ORDER)
        self._versions: list[int] = []
        self._version_of = version_reader()
        self.own_order = not usual or not is_torchs_own(iterator) or hasattr(base, "__getitems__")

    def follows(self, earlier: Sequence[History]) -> None:
        """The batches of the latest pass over the same data set may still be worked on in this one."""
        for before in earlier[::-1]:
            if before.dataset is self.dataset:
                self._earlier = tuple(before.handed_out)
                return

    def noting(self, iterator: Any, sampler_iter: Iterator[Any], page: Any) -> Iterator[Any]:
        """The same index lists, in the form in which they are to be used, noted as they are drawn. It holds no reference to the iterator."""
        noted = filterfalse(self._lists.append, chain(sampler_iter, _end(weakref.ref(self))))
        told = None if self.workers or page is None else teller(iterator, page)
        if told is None:
            return noted
        self._asked = page.asked
        return map(told, noted)

    def hands_out(self, iterator: dict[str, Any], data: Any, is_brief: bool) -> None:
        """A batch is handed out by the iterator with these attributes. The latest is kept, so that its step can be repeated.

        Run in every healthy step: of a list of tensors, the usual batch, only what will not be known later is taken, by C functions alone. Of one that is
        noted briefly the versions are taken to be those of the batches before, and once the next is handed out it is not told any more which tensors it held.
        """
        if self.keeps_two:
            self._before = self._latest
        self._latest = None
        self.begun += 1
        try:
            if type(data) is list and len(data) <= TENSORS:
                try:
                    if not (is_brief and len(data) == len(self._versions)):
                        self._versions = [*map(self._version_of, data)]
                    self._latest = data, data.copy(), self._versions
                except (TypeError, AttributeError, RuntimeError):  # not tensors alone, or made in inference mode: they keep no version
                    self._latest = None
            if self._latest is None:
                self._latest = Handed(data)
            self._brief = self._lists[-1] if not self.workers else self._task(iterator, iterator["_rcvd_idx"] - 1), self._latest
            if is_brief:
                self._asked[0] = -1
            else:
                self._remember()
        except Exception as problem:  # an iterator or a batch of the user's own making may raise anything
            trouble("could not note a batch", problem)

    def _remember(self) -> None:
        """Note which tensors the batch holds that was handed out last."""
        if self._brief is not None:
            (indices, kept), self._brief = self._brief, None
            self._handed_out.append((indices, held_weakly(kept[1] if type(kept) is tuple else kept.fresh())))

    @property
    def handed_out(self) -> deque[tuple[Any, Held]]:
        """The latest batches of this pass: the index list of each, and weak references to its tensors."""
        self._remember()
        return self._handed_out

    @property
    def batches(self) -> list[tuple[Any, Held]]:
        """The same, after those of the pass before that may still be worked on."""
        return [*self._earlier, *self.handed_out]

    @property
    def latest(self) -> Handed | None:
        """The batch that was handed out last, as it was then."""
        self._latest = latest = made(self._latest)
        return latest

    @latest.setter
    def latest(self, handed: Handed | None) -> None:
        self._latest = handed

    @property
    def before(self) -> Handed | None:
        """The one before it, where two are kept."""
        self._before = before = made(self._before)
        return before

    def _task(self, iterator: dict[str, Any], number: int) -> Any:
        """The index list that the workers were sent with this number; None where it is not known."""
        self._waiting = iterator["_send_idx"] - number - 1
        back = self._waiting + 1
        in_order = self.workers < 2 or iterator.get("_in_order", True)
        return self._lists[-back] if in_order and 0 < back <= len(self._lists) else None

    def waiting(self) -> list[tuple[int, ...]]:
        """The batches that workers have been asked for, and have not handed out."""
        return [self.rows(indices) for indices in list(self._lists)[-self._waiting :]] if self._waiting else []

    @property
    def kept(self) -> Any:
        """The latest batch as it was handed out; None where there is none."""
        return self.latest.fresh() if self.latest is not None else None

    @property
    def iterator(self) -> Any:
        """The iterator, or None when it is gone: an exception that leaves a `for` loop takes it along."""
        return self.reference()

    @property
    def is_over(self) -> bool:
        """Whether the loop over it has come to its end."""
        return self._sampler_ended and not self._waiting and self.iterator is None

    @property
    def dataset(self) -> Any:
        """The data set, or None when it is gone."""
        return self._held if self._dataset is None or self._held is not None else self._dataset()

    def let_go(self, failed: bool) -> None:
        """The iterator is gone. Where an exception took it along, the data set stays, which a `for` line may have built: its samples are asked about.

        Where its loop is over nothing of its last batch is kept: the program may wait for it to be freed.
        """
        self._held = self.dataset if failed else None
        if self.is_over and not failed:
            self._remember()
            self._latest = self._before = None

    @property
    def size(self) -> int | None:
        """The number of samples that the loader goes through: of a split, those of the split alone."""
        return length(self._splits[0] if self._splits else self.dataset)

    def current(self) -> tuple[int, ...]:
        """The indices of the batch that was handed out last; empty where they are not numbers."""
        return self.rows(self.handed_out[-1][0]) if self.handed_out else ()

    def remainder(self) -> tuple[int, int] | None:
        """The rows of the latest batch and of those before it, where those had all the same number and this one fewer."""
        rows = [len(self.rows(indices)) for indices, _ in self.handed_out]
        before = set(rows[:-1])
        return (rows[-1], min(before)) if len(before) == 1 and 0 < rows[-1] < min(before) else None

    def holding(self, tensors: Sequence[Any]) -> tuple[int, ...]:
        """The indices of the recent batch that the first of these tensors belongs to; empty where none does.

        Trainers draw ahead, so the batch that was handed out last need not be the one that is being worked on. One of which not all is among these, or that
        is partly gone, comes later: what is left of it may be the data set's own.
        """
        given = set(map(id, tensors))
        shown = [each for each in self.batches if all(id(reference()) in given for reference, _ in each[1])]
        whole = [each for each in self.batches if all(reference() is not None for reference, _ in each[1])]
        for batches in (shown, whole, self.batches):
            for tensor in tensors:
                for indices, held in reversed(batches):
                    if any(reference() is tensor for reference, _ in held):
                        return self.rows(indices)
        return ()

    def rows(self, indices: Any) -> tuple[int, ...]:
        """An index list as rows of the data set itself; of a split, by its index list as it was when the pass began."""
        return through(self._splits, numbers(indices))

    def loading(self) -> tuple[int, ...]:
        """The indices of the batch that is being loaded; empty where none is."""
        if self.workers:
            iterator = self.iterator
            return self.task(iterator._rcvd_idx - 1) if iterator is not None else ()
        is_new = self._lists and not (self.handed_out and self.handed_out[-1][0] is self._lists[-1])
        return self.rows(self._lists[-1]) if is_new else ()

    def task(self, number: int) -> tuple[int, ...]:
        """The indices of the batch that workers were sent with this number."""
        iterator = self.iterator
        return self.rows(self._task(vars(iterator), number)) if iterator is not None else ()


def _let_go(history: weakref.ref[History], _: Any) -> None:
    with suppress(Exception):  # at the end of the process anything may be gone
        if (left := history()) is not None:
            left.let_go(is_left_by_exception(sys._getframe(1)))


def _end(history: weakref.ref[History]) -> Iterator[Any]:
    """What a chain comes to when its pass is at the end; it holds nothing."""
    if (ended := history()) is not None:
        ended._sampler_ended = True
    yield from ()


def length(thing: Any) -> int | None:
    """How many it holds; None where it does not tell."""
    try:
        return len(thing)
    except Exception:
        return None


def _weak(thing: Any) -> weakref.ref[Any] | None:
    try:
        return weakref.ref(thing)
    except TypeError:
        return None
