"""What we may spend: a share of the run's time, measured by ourselves."""

from __future__ import annotations

from time import perf_counter

SHARE = 0.01
"""The share of the run's time that watching it may take."""
FLOOR = 0.25
"""The share of the budget that is left to what can be thinned out, where what cannot be has used it up."""
CREDIT = 0.03
"""Seconds that may be spent from the start: the first steps are those that fail most, and short runs should not go unseen."""


class Budget:
    """An account. What is spent is measured; what may be spent grows with the time that the run has taken, and begins with a small credit.

    Batches, losses and steps are always noted. The random states and the gradients are looked at only where the account `allows` it.
    """

    def __init__(self, share: float = SHARE) -> None:
        self.share = share
        self.spent = 0.0
        self._thinned = 0.0
        self._began = perf_counter()

    def allows(self) -> bool:
        """Whether there is something left for what can be thinned out."""
        earned = self.share * (perf_counter() - self._began)
        return self.spent <= earned + (CREDIT if self.share else 0.0) or self._thinned < FLOOR * earned

    def pay(self, began: float) -> None:
        """Something has been done that began at this moment of `perf_counter`."""
        self.spent += perf_counter() - began

    def pay_thinned(self, began: float) -> None:
        """The same for something that `allows` was asked for; where it lies within another payment, it is not paid twice."""
        self._thinned += perf_counter() - began
