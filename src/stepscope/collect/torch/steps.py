"""Counting steps: a step is finished when an optimizer has moved the weights."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterable
from threading import get_ident
from time import time
from typing import Any


class Steps:
    """Finished steps. With several optimizers (a GAN), the one that stepped most often counts; those built later count on from where the run stands."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._living: dict[int, weakref.ref[Any]] = {}
        self._threads: dict[int, int] = {}
        self._beside: set[int] = set()
        self.finished_steps = 0
        self._first = 0.0
        self.page: Any = None
        self.counted: Any = [0]

    def begin(self) -> None:
        """Count from the start."""
        self._counts.clear()
        self._living.clear()
        self._threads.clear()
        self._beside.clear()
        self.finished_steps = 0
        self._first = 0.0

    def finished(self, optimizer: Any, is_brief: bool = False) -> None:
        """An optimizer has moved its weights; where the step is noted briefly the heartbeat is told its number alone. By identity: an optimizer of the user's may have an `__eq__` of its own."""
        key = id(optimizer)
        counts = self._counts
        try:
            count = counts[key] = counts[key] + 1
        except KeyError:
            count = counts[key] = self._first_count(key)
            self.meet(optimizer)
        if count > self.finished_steps:
            self.finished_steps = count
            if is_brief:
                self.counted[0] = count
            elif self.page is not None:
                now = time()
                self.page.stepped(count, now, self._first or self._begin_at(now))

    def _first_count(self, key: int) -> int:
        """The number of the step that an optimizer begins with: that of others that have only begun, or whose step it shares, else the next (models trained in turn)."""
        with_others = self.finished_steps == 1 and any(count == 1 for count in self._counts.values())
        return self.finished_steps + (not with_others and key not in self._beside)

    def may_be_first(self, begun: int) -> bool:
        """Whether the step under way may be the first, where so many have begun and none is known to be over: an optimizer whose step is compiled tells of none."""
        return begun < 2 or not _has_compiled()

    @property
    def usual_seconds(self) -> float:
        """What a step has taken on average; 0 where none is finished."""
        return (time() - self._first) / self.finished_steps if self._first else 0.0

    def _begin_at(self, now: float) -> float:
        self._first = now
        return now

    def meet(self, optimizer: Any, beside: bool = False) -> None:
        """This optimizer is about to finish its first step, `beside` another that has finished the same one. LBFGS has its backwards within it."""
        key = id(optimizer)
        if beside:
            self._beside.add(key)

        def forget(_: Any) -> None:
            self._counts.pop(key, None)
            self._living.pop(key, None)
            self._beside.discard(key)

        self._living[key] = weakref.ref(optimizer, forget)
        self._threads[key] = get_ident()

    def under_way(self, optimizers: Iterable[Any]) -> int:
        """The step that a loss belongs to which reaches these: of those that keep pace with the run, some may have finished it already."""
        counts = [self._counts.get(id(optimizer), 0) for optimizer in optimizers]
        return min((count for count in counts if count >= self.finished_steps - 1), default=self.finished_steps) + 1

    def knows(self, optimizer: Any) -> bool:
        """Whether this optimizer has finished a step."""
        return id(optimizer) in self._counts

    @property
    def optimizers(self) -> list[Any]:
        """The optimizers that have stepped in this thread and are alive: gradients of another thread's may be written while they are read, which ends the process."""
        here = get_ident()
        found = [reference() for key, reference in list(self._living.items()) if self._threads.get(key) == here]
        return [optimizer for optimizer in found if optimizer is not None]


def _has_compiled() -> bool:
    """Whether Dynamo has compiled anything in this process; that it is loaded says nothing, for optimizers load it."""
    known = sys.modules.get("torch._dynamo.utils")
    return bool(known is not None and known.counters.get("frames"))


STEPS = Steps()
