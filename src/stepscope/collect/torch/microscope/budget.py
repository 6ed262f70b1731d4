"""What we may spend: a share of the run's time, measured by ourselves."""

from __future__ import annotations

from time import perf_counter

SHARE = 0.01
"""The share of the run's time that the checks beyond the cheapest may take."""


CREDIT = 0.05
"""Seconds that may be spent from the start: the first steps are those that fail most, and short runs should not go unseen."""


class Budget:
    """An account. What is spent is measured; what may be spent grows with the time that the run has taken, and begins with a small credit."""

    def __init__(self, share: float = SHARE) -> None:
        self.share = share
        self.spent = 0.0
        self.skipped = 0
        self._began = perf_counter()

    def allows(self) -> bool:
        """Whether there is something left to spend; where not, it is counted that a check was left out."""
        if self.spent <= self.share * (perf_counter() - self._began) + (CREDIT if self.share else 0.0):
            return True
        self.skipped += 1
        return False

    def pay(self, began: float) -> None:
        """Something has been done that began at this moment of `perf_counter`."""
        self.spent += perf_counter() - began
