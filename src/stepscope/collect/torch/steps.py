"""Counting steps: a step is finished when an optimizer has moved the weights."""

from __future__ import annotations

import weakref
from typing import Any


class Steps:
    """Finished steps. With several optimizers (a GAN), the one that stepped most often counts."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._living: dict[int, weakref.ref[Any]] = {}
        self.finished_steps = 0
        self.page: Any = None

    def begin(self) -> None:
        """Count from the start."""
        self._counts.clear()
        self._living.clear()
        self.finished_steps = 0

    def finished(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        """The hook that optimizers call after a step. By identity: an optimizer of the user's may have an `__eq__` of its own."""
        key = id(optimizer)
        count = self._counts.get(key)
        if count is None:
            count = self._meet(key, optimizer)
        count += 1
        self._counts[key] = count
        if count > self.finished_steps:
            self.finished_steps = count
            if self.page is not None:
                self.page.step()

    def _meet(self, key: int, optimizer: Any) -> int:
        def forget(_: Any) -> None:
            self._counts.pop(key, None)
            self._living.pop(key, None)

        self._living[key] = weakref.ref(optimizer, forget)
        return 0

    @property
    def optimizers(self) -> list[Any]:
        """The optimizers that have stepped and are alive."""
        return [optimizer for optimizer in (reference() for reference in self._living.values()) if optimizer is not None]


STEPS = Steps()
