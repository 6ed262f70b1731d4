"""Whether what a bad loss has left in the gradients goes into an update together with that of the losses after it."""

from __future__ import annotations

from typing import Any

from stepscope.collect.torch.microscope.watching.gradients import gradients_of
from stepscope.collect.torch.steps import STEPS

USUAL, SEEN = 2, 2
"""Losses for each update, from which on they are taken to be gathered, and the updates that show it. Before, a loss that is passed over looks the same."""


class Carried:
    """Gradients that were gathered over several losses: a bad one among them is told though the last was finite, where its gradients were added to and not cleared."""

    def __init__(self) -> None:
        self._left: list[tuple[int, int]] = []
        self.is_certain = False

    def clear(self) -> None:
        """Another step, or none."""
        self._left, self.is_certain = [], False

    def note(self) -> None:
        """The backward of a bad loss is over, and its gradients are finite."""
        self._left = _marks()

    def added_to(self, backwards: int) -> None:
        """The backward of a loss after it is over: each gradient is the same memory, written to once or not at all (`zero_grad` would have written to it too, or let it go)."""
        now = _marks()
        same = bool(self._left) and len(now) == len(self._left) and all(place == before[0] and 0 <= version - before[1] <= 1 for (place, version), before in zip(now, self._left, strict=True))
        self.is_certain = same and STEPS.finished_steps >= SEEN and backwards >= USUAL * STEPS.finished_steps
        self._left = now if same else []


def _marks() -> list[tuple[int, int]]:
    """Where the gradients lie, and how often they were written to."""
    held: list[Any] = gradients_of(STEPS.optimizers)
    return [(gradient.data_ptr(), gradient._version) for gradient in held]
