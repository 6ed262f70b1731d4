"""Where steps begin, and where the random generators stood then."""

from __future__ import annotations

from collections import deque
from time import perf_counter
from types import FrameType
from typing import Any

from stepscope.collect.torch.microscope.watching.budget import Budget
from stepscope.collect.torch.microscope.watching.random_states import States, distinct, generators_in

STEPS = 4
"""Steps whose beginnings are kept: gradients may be gathered over several."""
SEARCHES = 2
"""First losses at which the user's own random generators are looked for."""


class Beginnings:
    """The latest steps: `at` is the moment of `perf_counter` at which the one at hand began, its batch drawn or the step before over; `ring` the random states."""

    def __init__(self, budget: Budget) -> None:
        self.states = States()
        self.ring: deque[Any] = deque(maxlen=STEPS)
        self.at = perf_counter()
        self.searches = SEARCHES
        self.over_at = 0.0
        """The moment at which an optimizer's step was over last."""
        self.is_drawn = False
        """Whether the step at hand began with a batch that a loader handed out."""
        self._budget = budget
        self._is_noted = True

    def drawn(self, began: float) -> None:
        """A loader has handed out a batch, noted since that moment of `perf_counter`: the step begins."""
        self._budget.pay(began)
        self.is_drawn = True
        self.begins(began)

    def drawn_briefly(self) -> None:
        """The same where the step is noted briefly."""
        self._budget.brief += 1
        self.is_drawn = True

    def stepped(self, began: float) -> None:
        """A step is over, noted since that moment. Where no loader says when the next begins, it begins here."""
        self.over_at = began
        budget = self._budget
        if self.is_drawn:
            self.is_drawn = False
            if not budget.brief:
                budget.pay(began)
        elif began < budget.rests_until:
            budget.brief += 1
        else:
            budget.pay(began)
            self.begins(began)

    def begins(self, now: float) -> None:
        """A step begins at this moment of `perf_counter`; the random states are noted as far as the budget goes."""
        self.at = now
        self._budget.begins(now)
        self._is_noted = self._budget.allows
        if self._is_noted:
            began = perf_counter()
            self.note()
            self._budget.pay_thinned(began)

    def search(self, frame: FrameType) -> None:
        """Look for random generators of the user's own, from this frame."""
        self.searches -= 1
        self.states.watch(generators_in(frame))

    def note(self) -> None:
        """A step may begin here."""
        self.ring.append(self.states.take())

    def knows_randomness(self) -> bool:
        """Whether the random states that this step began with are at hand: noted, or the same as those noted before."""
        return (self._is_noted and not self._budget.brief) or (bool(self.ring) and len(distinct([self.ring[-1], self.states.take()])) == 1)
