"""What we may spend: a share of the run's time, measured by ourselves."""

from __future__ import annotations

from time import perf_counter

SHARE = 0.01
"""The share of the run's time that watching it may take."""
FLOOR = 0.25
"""The share of the budget that is left to what can be thinned out, where what cannot be has used it up."""
CREDIT = 0.03
"""Seconds that may be spent from the start: the first steps are those that fail most, and short runs should not go unseen."""
FIRST = 16
"""Steps whose whole cost is measured; to look at the clock costs something too."""
EVERY = 8
"""Of the steps after them, each so manyth is measured, and stands for those between."""


class Budget:
    """An account. What is spent is measured; what may be spent grows with the time that the run has taken, and begins with a small credit.

    Batches, losses and steps are always noted, and measured in some of the steps (`is_measured`). The random states and the gradients are
    looked at only in steps in which the account `allows` it, and are measured each time.
    """

    def __init__(self, share: float = SHARE) -> None:
        self.share = share
        self.allows = share > 0
        self.is_measured = True
        self._credit = CREDIT if share else 0.0
        self._spent = 0.0
        self._thinned = 0.0
        self._steps = 0
        self._began = perf_counter()

    def begins(self, now: float) -> None:
        """A step begins, at this moment of `perf_counter`."""
        self._steps = steps = self._steps + 1
        self.is_measured = steps <= FIRST or not steps % EVERY
        earned = self.share * (now - self._began)
        self.allows = self._thinned < FLOOR * earned or self._spent + self._thinned < earned + self._credit

    def pay(self, began: float) -> None:
        """Something that is done in every step has been done, in one that is measured; it began at this moment of `perf_counter`."""
        seconds = perf_counter() - began
        self._spent += seconds if self._steps <= FIRST else EVERY * seconds

    def pay_thinned(self, began: float) -> None:
        """The same for what is done only in steps that allow it."""
        self._thinned += perf_counter() - began
