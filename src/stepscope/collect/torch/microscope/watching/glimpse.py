"""One small gradient of what each optimizer trains, read in the steps whose gradients are not all read."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Sequence
from itertools import islice
from threading import get_ident
from typing import Any

FIRST = 4
"""Parameters nearest to the input among which the smallest is chosen: a bias, rather than the table of an embedding."""
LARGEST = 1 << 16
"""Elements of a gradient that may be read in every step."""


class Glimpse:
    """What a backward pass makes not finite goes on to what lies below it, so most of it comes down to the first parameters: one of them tells of nearly all.

    `shows_bad` is run in every healthy step, so it adds up the elements and calls nothing of ours. A sum that has overflowed looks bad too: whoever asks reads all gradients then.
    """

    def __init__(self) -> None:
        self._chosen: list[weakref.ref[Any]] = []
        self._thread = 0
        self._of = 0

    def choose(self, trained: Sequence[Sequence[Any]]) -> None:
        """Take one of each of these lists of parameters, the nearest to the input first, whose gradients a backward has just left."""
        if self._chosen and len(trained) == self._of and self._thread == get_ident() and all(reference() is not None for reference in self._chosen):
            return
        self._of, self._thread = len(trained), get_ident()
        self._chosen = [weakref.ref(parameter) for parameter in map(_smallest, trained) if parameter is not None]

    def shows_bad(self) -> bool:
        """Whether one of the gradients holds what is not finite. Not asked behind modes, within transforms of functions, or in another thread."""
        if not self._chosen or self._thread != get_ident():
            return False
        core = sys.modules["torch"]._C
        if core._len_torch_dispatch_stack() or core._len_torch_function_stack() or core._functorch.peek_interpreter_stack() is not None:
            return False
        try:
            for reference in self._chosen:
                gradient = getattr(reference(), "grad", None)
                if gradient is not None and gradient.is_cpu:  # a model may be moved to an accelerator
                    total = core.TensorBase.item(core.TensorBase.sum(gradient))
                    if total - total != 0:
                        return True
        except Exception:  # of a kind that has no sum, since it was chosen
            self._chosen = []
        return False


def _smallest(parameters: Sequence[Any]) -> Any:
    """The one with the smallest gradient among the first that have one; None where all are large, or are read in other ways."""
    plain = sys.modules["torch"].Tensor
    first = islice((parameter for parameter in parameters if parameter.grad is not None), FIRST)
    own = [parameter for parameter in first if type(parameter.grad) is plain and not (parameter.grad.is_sparse or parameter.grad.is_meta)]
    smallest = min(own, key=lambda parameter: parameter.numel(), default=None)
    return smallest if smallest is not None and smallest.numel() <= LARGEST else None
