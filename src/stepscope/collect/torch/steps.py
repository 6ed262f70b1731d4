"""Counting steps: a step is finished when an optimizer has moved the weights."""

from __future__ import annotations

import weakref
from typing import Any


class Steps:
    """Finished steps. With several optimizers (a GAN), the one that stepped most often counts."""

    def __init__(self) -> None:
        self._counts: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self.finished_steps = 0
        self.page: Any = None

    def finished(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        """The hook that optimizers call after a step."""
        count = self._counts.get(optimizer, 0) + 1
        self._counts[optimizer] = count
        if count > self.finished_steps:
            self.finished_steps = count
            if self.page is not None:
                self.page.step()

    @property
    def optimizers(self) -> list[Any]:
        """The optimizers that have stepped and are alive."""
        return list(self._counts)


STEPS = Steps()
