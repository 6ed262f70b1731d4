"""A weight that an optimizer's update has made NaN or infinite: dividing by a second moment of zero, or taking in a gradient that was not finite."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

from stepscope.collect.torch.microscope.repeating.operands import storage
from stepscope.collect.torch.sites import SITES
from stepscope.collect.torch.steps import STEPS
from stepscope.evidence import Frame

_SECOND_MOMENTS = ("exp_avg_sq", "square_avg", "sum")
"""Where Adam, RMSprop and Adagrad, and those made after them, keep the squares that they divide by (torch 2.x)."""


_MEANS = ("exp_avg", "momentum_buffer", "momentum")
"""Where they keep the mean of the gradients themselves: a square overflows where the gradient has not."""
_AVERAGES = {*_SECOND_MOMENTS, *_MEANS}


class Update(NamedTuple):
    """The optimizer whose update it was, the line that built it, and its `eps`."""

    optimizer: str
    built: Frame | None
    eps: float


def update_of(weight: Any) -> Update | None:
    """The update that has made this weight not finite; None where that is not proven.

    Proven it is where `eps` is nothing in the weight's own type (0, or 1e-8 in float16), all that the optimizer keeps of the gradients is finite, and
    the second moment is zero wherever the weight is not finite.
    """
    for optimizer in STEPS.optimizers:
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                if storage(parameter) == storage(weight) and _divided_by_nothing(parameter, group, optimizer.state.get(parameter, {})):
                    return Update(type(optimizer).__name__, SITES.of(optimizer), float(group["eps"]))
    return None


def averaged_by(weight: Any) -> str:
    """The optimizer that has taken a gradient into this weight's averages which was not finite; empty where that is not proven.

    With decay that is added to the gradient the averages hold weights too, and prove nothing; nor does what an optimizer of the user's own keeps under
    other names (a climb, a copy of the weights).
    """
    for optimizer in STEPS.optimizers:
        for group in optimizer.param_groups:
            decays = group.get("weight_decay") and not group.get("decoupled_weight_decay")
            for parameter in [] if decays else group["params"]:
                if storage(parameter) == storage(weight) and _took_it_in(parameter, _averages(optimizer, parameter)):
                    return type(optimizer).__name__
    return ""


def _averages(optimizer: Any, parameter: Any) -> dict[str, Any]:
    """What it keeps of this parameter's gradients."""
    known = type(optimizer).__module__.startswith("torch.")
    return {name: value for name, value in optimizer.state.get(parameter, {}).items() if known or name in _AVERAGES}


def _took_it_in(parameter: Any, averages: dict[str, Any]) -> bool:
    kept = {name: value for name, value in averages.items() if getattr(value, "shape", None) == parameter.shape}
    return any(bool(value.isnan().any()) or (name in _MEANS and bool(value.isinf().any())) for name, value in kept.items())


def _divided_by_nothing(parameter: Any, group: dict[str, Any], state: dict[str, Any]) -> bool:
    eps = group.get("eps")
    moment = next((state[name] for name in _SECOND_MOMENTS if name in state), None)
    if not isinstance(eps, (int, float)) or moment is None or sys.modules["torch"].tensor(float(eps), dtype=parameter.dtype).item() != 0:
        return False
    kept = [value for value in state.values() if getattr(value, "shape", None) == parameter.shape]
    bad = ~parameter.detach().isfinite()
    return all(bool(value.isfinite().all()) for value in kept) and bool((moment[bad] == 0).all())
