"""What we may spend: a share of the run's time, measured by ourselves."""

from __future__ import annotations

from time import perf_counter

SHARE = 0.01
"""The share of the run's time that watching it may take."""
FLOOR = 0.25
"""The share of the budget that is left to what can be thinned out, where what cannot be has used it up."""
CREDIT = 0.03
"""Seconds that may be spent from the start: the first steps are those that fail most, and short runs should not go unseen."""
REST = 0.02
"""Seconds from the beginning of a step that is noted in full to that of the next, where the account is overdrawn: the steps that begin between them are short."""
BRIEF = 0.5
"""What a step that is noted briefly costs, as a share of one that is noted in full."""


class Budget:
    """An account. What is spent is measured; what may be spent grows with the time that the run has taken, and begins with a small credit.

    Batches, losses and steps are always noted. The random states and the gradients are looked at only in steps in which the account `allows` it. Where
    what is always noted is more than it can pay, short steps are noted briefly: what could be known of the latest batch later is then not taken in advance.
    """

    def __init__(self, share: float = SHARE) -> None:
        self.share = share
        self.allows = share > 0
        self.rests_until = 0.0
        """The moment of `perf_counter` before which each step that begins is noted briefly."""
        self.brief = 0
        """The number of steps noted briefly since the latest in full; 0 while one is noted in full."""
        self.may_rest = True
        self._weight = 1.0
        self._credit = CREDIT if share else 0.0
        self._spent = 0.0
        self._thinned = 0.0
        self._began = perf_counter()

    def begins(self, now: float) -> None:
        """A step begins that is noted in full, at this moment of `perf_counter`."""
        self._weight = 1 + BRIEF * self.brief
        self.brief = 0
        earned = self.share * (now - self._began)
        affords = self._spent + self._thinned < earned + self._credit
        self.allows = affords or self._thinned < FLOOR * earned
        self.rests_until = now + REST if self.may_rest and not affords else 0.0

    def pay(self, began: float) -> None:
        """Something that is done in every step has been done in one that is noted in full, at this moment of `perf_counter`; it stands for those before."""
        self._spent += self._weight * (perf_counter() - began)

    def pay_thinned(self, began: float) -> None:
        """The same for what is done only in steps that allow it."""
        self._thinned += perf_counter() - began
