"""What a bad step can come to, and what was broken before it: neither is its doing."""

from __future__ import annotations

from typing import Any

from stepscope.collect.torch.microscope.watching.gradients import all_finite, gradients_of, readable
from stepscope.collect.torch.microscope.watching.leaves import leaves_of
from stepscope.collect.torch.microscope.watching.parameters import parameters_of
from stepscope.collect.torch.steps import STEPS


class Reach:
    """Noted when a bad step is met: the leaves of its loss, where that is what was bad, and how many entries of each weight were not finite already.

    A table may hold a row of NaN on purpose, or transitions that are forbidden by -inf.
    """

    def __init__(self) -> None:
        self._leaves: set[int] = set()
        self._before: dict[int, tuple[int, int]] = {}

    def note(self, loss: Any, is_over: bool) -> None:
        """A step is met that is not finite; no loss is given where its gradients are what is bad. Where the step is over, it may have broken the weights already."""
        self._leaves = _leaves(loss) if loss is not None else set()
        self._before = {} if is_over else _broken(parameters_of(STEPS.optimizers))

    def spares(self, optimizer: Any) -> bool:
        """Whether the bad loss does not come to this optimizer's weights: what it takes are the finite gradients of another loss."""
        return bool(self._leaves) and not _holds(optimizer, self._leaves) and all_finite(gradients_of([optimizer]))

    def has_broken(self, optimizer: Any) -> bool:
        """Whether weights have become NaN or infinite since; on an accelerator, whether they are."""
        parameters = parameters_of([optimizer])
        if all_finite(parameters):
            return False
        now = _broken(parameters)
        return not now or any(counts > self._before.get(key, (0, 0))[place] for key, both in now.items() for place, counts in enumerate(both))


def is_apart(loss: Any) -> bool:
    """Whether a loss comes to weights, or to what is no weight, that no optimizer has moved."""
    leaves = _leaves(loss)
    return bool(leaves) and not any(_holds(optimizer, leaves) for optimizer in STEPS.optimizers)


def _leaves(loss: Any) -> set[int]:
    return {id(leaf) for leaf in leaves_of(loss)}


def _holds(optimizer: Any, leaves: set[int]) -> bool:
    return any(id(parameter) in leaves for parameter in parameters_of([optimizer]))


def _broken(tensors: list[Any]) -> dict[int, tuple[int, int]]:
    """How many entries are NaN, and how many not finite, of the tensors that can be read and are not finite."""
    counts = {id(tensor): (int(tensor.isnan().sum()), int((~tensor.isfinite()).sum())) for tensor in readable(tensors)}
    return {key: both for key, both in counts.items() if any(both)}
