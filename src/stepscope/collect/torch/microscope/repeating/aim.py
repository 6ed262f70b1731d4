"""What a repeat has to come to: the same loss, and the same thing gone wrong with it."""

from __future__ import annotations

import math
import struct
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.tensors import is_tensor

LIKE = 1e-3
"""How far, relative to its size, a repeated loss may be off and still count as near: another number of threads sums in another order."""


@dataclass(frozen=True)
class Aim:
    """What went wrong: a `loss` that is not finite before backward, a `gradient` after it, a loss that made the user's code `raise`, or one on
    an accelerator that was read `late`, one step after its own.

    `value` is the loss as a number. `loss` is a weak reference to the tensor itself, by which a part of the code is known that computes nothing anew. `names` are
    the tensors of the innermost user frame: where the loss is NaN, its bits say nothing, and these are compared. `handed` is "nan" or "inf" where the gradient
    was handed back to the program (`torch.autograd.grad`), and put into no tensor.
    """

    met: str
    value: float
    loss: weakref.ref[Any] | None = None
    names: dict[str, Any] = field(default_factory=dict)
    raised: tuple[str, str, int] | None = None
    handed: str = ""

    def likeness(self, value: float, names: dict[str, Any]) -> str:
        """How near a repeat came: "exact" (bit for bit), "near" (within rounding), or "other"."""
        if math.isnan(self.value) or math.isnan(value):
            if self.met == "late":  # the frames hold the step after it: there is nothing to hold the repeat against
                return "near"
            return _alike(self.names, names) if math.isnan(self.value) == math.isnan(value) else "other"
        if struct.pack("<d", self.value) == struct.pack("<d", value):
            return "exact"
        near = abs(self.value - value) <= LIKE * max(abs(self.value), 1e-6)
        return "near" if near else "other"


def names_at(frame: FrameType | None) -> dict[str, Any]:
    """The floating-point tensors among the names of the innermost user frame from here outwards."""
    while frame is not None and not is_users(frame.f_code.co_filename):
        frame = frame.f_back
    if frame is None:
        return {}
    return {name: value for name, value in list(frame.f_locals.items()) if is_tensor(value) and value.is_floating_point()}


def bound_loss(aim: Aim, stack: Sequence[Entry]) -> tuple[Any, FrameType] | None:
    """A loss that was computed anew, under the name that it has in the step, and the frame that holds it."""
    loss = aim.loss() if aim.loss is not None and aim.met == "loss" else None
    called = next((name for name, value in aim.names.items() if value is loss), "")
    for frame, _, _ in stack if called else ():
        anew: Any = frame.f_locals.get(called)
        if is_users(frame.f_code.co_filename) and is_tensor(anew) and anew is not loss and anew.numel() and anew.is_floating_point():
            return anew, frame
    return None


def _alike(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Whether the tensors that both runs know by one name hold the same values; of "exact" and "near" the worst."""
    likeness = "exact"
    for name, one in before.items():
        other = after.get(name)
        if other is None or other is one or one.shape != other.shape:
            continue
        one, other = one.detach().nan_to_num(), other.detach().nan_to_num()
        if not one.equal(other):
            if not one.allclose(other, rtol=LIKE, atol=1e-5):
                return "other"
            likeness = "near"
    return likeness
