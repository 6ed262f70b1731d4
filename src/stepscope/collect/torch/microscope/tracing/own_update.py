"""In the child: the update of an optimizer that the user wrote, run once more where it has made a weight NaN or infinite, to find its operator.

The weights of before and the gradients are gone; what it keeps of the gradients is there. So it is run with gradients of zero, on weights whose broken
entries are zero: where the same entries break again, it was an operator on what is kept, or on a gradient of zero.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from stepscope.collect.failure import frame_of
from stepscope.collect.owner import is_users
from stepscope.collect.torch.microscope.tracing.births import Birth, Births
from stepscope.collect.torch.microscope.tracing.origin import origin_of
from stepscope.collect.torch.microscope.tracing.weights import Weights
from stepscope.collect.torch.microscope.tracing.written import gradients_were_finite
from stepscope.collect.torch.microscope.watching.parameters import parameters_of
from stepscope.collect.torch.steps import STEPS
from stepscope.evidence import NonFinite


def with_own_update(step: NonFinite, weights: Weights) -> NonFinite:
    """The evidence of a weight that was not finite, with the operator of the user's own optimizer that made it so, where that is shown."""
    if step.born != "weight" or step.updated_by or step.averaged_by or not STEPS.finished_steps:
        return step
    for optimizer in STEPS.optimizers:
        broken = [one for one in parameters_of([optimizer]) if not bool(one.isfinite().all())]
        if any(weights.name(one) == step.name and gradients_were_finite(one) for one in broken):
            birth = _repeated(optimizer, broken)
            frames = [frame_of(*entry) for entry in birth.stack] if birth is not None else []
            line = next((frame for frame in reversed(frames) if frame.user), None)
            if birth is not None and line is not None:
                return replace(step, operator=birth.name, written=line, updated_by=type(optimizer).__name__, scalars=(), inputs=tuple(birth.seen))
    return step


def _repeated(optimizer: Any, broken: Sequence[Any]) -> Birth | None:
    """The operator that breaks the same entries of the weights again, and no others."""
    update, torch = inspect.unwrap(type(optimizer).step), sys.modules["torch"]
    if not is_users(update.__code__.co_filename):
        return None
    before = [~parameter.detach().isfinite() for parameter in broken]
    with suppress(Exception), torch.no_grad(), Births() as births:
        for parameter in parameters_of([optimizer]):
            parameter.grad = torch.zeros_like(parameter)
            parameter.nan_to_num_(0.0, 0.0, 0.0)
        update(optimizer)
        again = [parameter for parameter in parameters_of([optimizer]) if not bool(parameter.isfinite().all())]
        if list(map(id, again)) == list(map(id, broken)) and all(mask.equal(~one.isfinite()) for mask, one in zip(before, again, strict=True)):
            found = origin_of(broken, births, lambda _: True)
            return found.birth if found is not None else None
    return None
