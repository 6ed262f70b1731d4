"""Counting steps: a step is finished when an optimizer has moved the weights."""

from __future__ import annotations

import weakref
from threading import get_ident
from time import time
from typing import Any


class Steps:
    """Finished steps. With several optimizers (a GAN), the one that stepped most often counts; those built later count on from where the run stands."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._living: dict[int, weakref.ref[Any]] = {}
        self._threads: dict[int, int] = {}
        self.finished_steps = 0
        self._first = 0.0
        self.page: Any = None

    def begin(self) -> None:
        """Count from the start."""
        self._counts.clear()
        self._living.clear()
        self._threads.clear()
        self.finished_steps = 0
        self._first = 0.0

    def finished(self, optimizer: Any) -> None:
        """An optimizer has moved its weights. By identity: an optimizer of the user's may have an `__eq__` of its own."""
        key = id(optimizer)
        counts = self._counts
        try:
            count = counts[key] = counts[key] + 1
        except KeyError:
            count = counts[key] = self._first_count()
            self.meet(optimizer)
        if count > self.finished_steps:
            self.finished_steps = count
            if self.page is not None:
                now = time()
                self.page.stepped(count, now, self._first or self._begin_at(now))

    def _first_count(self) -> int:
        """The number of the step that an optimizer begins with: the first of all, with others that have only begun, or the next (models trained in turn)."""
        with_others = self.finished_steps == 1 and any(count == 1 for count in self._counts.values())
        return 1 if with_others else self.finished_steps + 1

    @property
    def usual_seconds(self) -> float:
        """What a step has taken on average; 0 where none is finished."""
        return (time() - self._first) / self.finished_steps if self._first else 0.0

    def _begin_at(self, now: float) -> float:
        self._first = now
        return now

    def meet(self, optimizer: Any) -> None:
        """This optimizer is about to finish its first step. LBFGS has its backwards within it."""
        key = id(optimizer)

        def forget(_: Any) -> None:
            self._counts.pop(key, None)
            self._living.pop(key, None)

        self._living[key] = weakref.ref(optimizer, forget)
        self._threads[key] = get_ident()

    def knows(self, optimizer: Any) -> bool:
        """Whether this optimizer has finished a step."""
        return id(optimizer) in self._counts

    @property
    def optimizers(self) -> list[Any]:
        """The optimizers that have stepped in this thread and are alive: gradients of another thread's may be written while they are read, which ends the process."""
        here = get_ident()
        found = [reference() for key, reference in list(self._living.items()) if self._threads.get(key) == here]
        return [optimizer for optimizer in found if optimizer is not None]


STEPS = Steps()
