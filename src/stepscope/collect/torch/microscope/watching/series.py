"""The losses so far, one series for each place of the program that computes some, and the learning rates."""

from __future__ import annotations

from collections import deque
from types import FrameType
from typing import Any

LOSSES = 64
"""Losses that are kept of each place."""
RATES = 512
"""Learning rates that are kept, of as many steps: a search for the best one takes some hundred."""


class Series:
    """Those of a generator and of a critic are two series. `losses` is that of the place met last, the latest loss at its end."""

    def __init__(self) -> None:
        self.losses: deque[float] = deque(maxlen=LOSSES)
        self.rates: deque[Any] = deque(maxlen=RATES)
        self._places: dict[Any, deque[float]] = {}
        self._at = (0, 0, 0, 0)

    def meet(self, frame: FrameType) -> None:
        """From now on `losses` is the series of this very place: the line of this frame, and that of its caller."""
        self._at = place = _place(frame)
        try:
            self.losses = self._places[place]
        except KeyError:
            self.losses = self._places.setdefault(place, deque(maxlen=LOSSES))

    def is_at(self, frame: FrameType) -> bool:
        """Whether this is the very place met last."""
        return _place(frame) == self._at

    @property
    def latest(self) -> float:
        """The latest loss of the place at hand; 0 where none was computed."""
        return self.losses[-1] if self.losses else 0.0


def _place(frame: FrameType) -> tuple[int, int, int, int]:
    """By the identities of the two code objects: one hashes all of its bytecode, each time anew."""
    outer = frame.f_back or frame
    return id(frame.f_code), frame.f_lasti, id(outer.f_code), outer.f_lasti
