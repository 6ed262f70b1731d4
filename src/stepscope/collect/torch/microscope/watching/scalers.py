"""The gradient scalers of a run: which of their skipped steps are normal."""

from __future__ import annotations

import weakref
from typing import Any

FALLS = 4
"""Steps in a row that a gradient scaler has skipped, its scale already down to 1, from which on it is no longer looking for its scale."""


HIGH = 2.0**64
"""A scale from which on a loss of 32 bits has no room for it: it grows so high where nothing overflows before (bfloat16)."""


class Scalers:
    """The gradient scalers of the run: their skipped steps are normal, a scale that only falls is not."""

    def __init__(self) -> None:
        self._scalers: list[weakref.ref[Any]] = []
        self._in_a_row = 0

    def note(self, scaler: Any) -> None:
        """A scaler has been built."""
        self._scalers.append(weakref.ref(scaler))

    def living(self) -> list[Any]:
        """The scalers that are switched on."""
        alive = [reference() for reference in self._scalers]
        return [scaler for scaler in alive if scaler is not None and scaler.is_enabled()]

    def may_overflow(self, loss: Any) -> bool:
        """Whether a loss that is infinite may have been finite before it was scaled. In 32 bits there is room for any scale but a very high one."""
        return any(str(loss.dtype) == "torch.float16" or scaler.get_scale() >= HIGH for scaler in self.living())

    def in_use(self) -> bool:
        """Whether gradients are scaled."""
        return bool(self.living())

    def good(self) -> None:
        """The gradients of a step are finite."""
        self._in_a_row = 0

    def skips(self) -> bool:
        """Whether a scaler takes care of gradients that are not."""
        living = self.living()
        self._in_a_row += 1
        return bool(living) and not (self._in_a_row >= FALLS and min(scaler.get_scale() for scaler in living) <= 1)
