"""Which gradients are read, and when: after the backward that made them, or before the step that takes them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from time import perf_counter
from typing import Any

from stepscope.collect.torch.microscope.watching.budget import Budget
from stepscope.collect.torch.microscope.watching.by_hand import works_on_gradients
from stepscope.collect.torch.microscope.watching.glimpse import Glimpse
from stepscope.collect.torch.microscope.watching.gradients import all_finite, gradients_of
from stepscope.collect.torch.microscope.watching.leaves import Leaves
from stepscope.collect.torch.microscope.watching.losses import outside_transforms
from stepscope.collect.torch.microscope.watching.modes import outside_modes
from stepscope.collect.torch.microscope.watching.parameters import parameters_of
from stepscope.collect.torch.steps import STEPS


class GradientReads:
    """Reads the gradients of the optimizers' parameters, or without an optimizer those of the tensors that the program trains by its own lines."""

    def __init__(self) -> None:
        self.has_optimizer = False
        """Whether one was ever built in this process."""
        self.begin(Budget())

    def begin(self, budget: Budget) -> None:
        """Read from now on, at the expense of this account."""
        self.leaves = Leaves()
        self.glimpse = Glimpse()
        self.are_backwards_own = True
        """Whether what a backward leaves in the gradients is what the update takes."""
        self._budget = budget
        self._read = 0

    def read_code(self) -> None:
        """Look through the user's own code for statements that work on gradients."""
        self.are_backwards_own = self.are_backwards_own and not works_on_gradients()

    def are_finite_after(self, loss: Any, handed: Sequence[Any] = ()) -> bool:
        """Whether the backward of this loss has left finite gradients, or `handed` them back."""
        began = perf_counter()
        with outside_transforms() if handed else nullcontext(), outside_modes():
            optimizers = STEPS.optimizers
            finite = all_finite(gradients_of(optimizers) or ([] if self.has_optimizer else [*self.leaves.gradients(loss), *handed]))
            self.glimpse.choose([parameters_of([optimizer]) for optimizer in optimizers] or [self.leaves.tensors[::-1]])
        self._read += 1
        self._budget.pay_thinned(began)
        return finite

    def are_finite_before(self, optimizer: Any) -> bool:
        """Whether the gradients are finite that this optimizer is about to take."""
        began = perf_counter()
        with outside_modes():
            finite = all_finite(gradients_of([optimizer]))
        self._budget.pay_thinned(began)
        return finite

    def share(self, backwards: int) -> float:
        """The share of so many backward passes whose gradients were read: an optimizer is not known before its first step."""
        return min(1.0, (self._read + 2) / max(backwards, 1))
