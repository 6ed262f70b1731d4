"""The register of the loaders that are drawn from."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from time import perf_counter
from typing import Any

from stepscope.collect.torch.loading.indices import Announced
from stepscope.collect.torch.loading.loader_history import History

_DRAW_AHEAD = ("accelerate.data_loader", "lightning.pytorch.loops", "pytorch_lightning.loops")
"""Modules whose loops draw a batch before the one at hand has been worked on."""

KEY = "_stepscope"
"""The attribute of an iterator that holds its history."""


class Loaders:
    """All iterators that were drawn from, the latest last."""

    def __init__(self) -> None:
        self._histories: list[History] = []
        self.in_worker: tuple[int, ...] = ()
        self.asked: int | None = None
        self.draw_ahead = False
        """Whether in a pass that drew ahead steps were made: what waits at its end may be worked on in the next, which then draws one batch for each step."""

    def begin(self, iterator: Any, sampler_iter: Iterator[Any], page: Any) -> Iterator[Any]:
        """A pass begins; gives what is to be drawn from. The histories of iterators that are gone are let go."""
        history = History(iterator)
        History.keeps_two = History.keeps_two or any(name in sys.modules for name in _DRAW_AHEAD)
        noting = history.noting(iterator, sampler_iter, page)
        history.turn = perf_counter()
        if self.draw_ahead:
            history.draws_ahead = True
            history.follows(self._histories)
        iterator.__dict__[KEY] = history
        self._histories = [each for each in self._histories if each.iterator is not None and self.of(each.iterator) is each]
        self._histories.append(history)
        return noting

    def drawn_ahead(self, history: History, over_at: float) -> None:
        """A batch is handed out in a pass that draws ahead, or no step is over since its latest; `over_at` is the moment at which a step was over last."""
        self.draw_ahead |= history.draws_ahead and history.turn < over_at
        history.draws_ahead |= history.begun > 0

    def stand_still(self) -> None:
        """Keep the sample that was asked for last: what looks at the frames from here on iterates index lists too."""
        self.asked = Announced.last()

    def forget(self) -> None:
        """Nothing is guarded any more: let go of what was kept."""
        self._histories.clear()
        History.keeps_two = self.draw_ahead = False

    def of(self, iterator: Any) -> History | None:
        """The history of one iterator; whatever else it is given has none."""
        try:
            history = object.__getattribute__(iterator, "__dict__").get(KEY)
        except AttributeError:
            return None
        return history if isinstance(history, History) else None

    def recent(self) -> list[History]:
        """The histories at hand, the one that handed out a batch last first; that of a loop just left is among them."""
        return sorted(self._histories, key=lambda history: -history.turn)


LOADERS = Loaders()
