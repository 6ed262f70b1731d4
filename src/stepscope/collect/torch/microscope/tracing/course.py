"""How the training went until a step failed: its losses, its learning rate, the size of its weights."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from stepscope.collect.torch.microscope.watching.parameters import parameters_of
from stepscope.collect.torch.microscope.watching.sentinel import SENTINEL
from stepscope.collect.torch.sites import SITES
from stepscope.collect.torch.steps import STEPS
from stepscope.collect.torch.syntax import only_statement
from stepscope.evidence import Course

_SETS_LR = re.compile(r"\['lr'\] [-+*/]?= ")
_SCHEDULES = re.compile(r"= ([\w.]*\.)?[A-Z]\w*LR\(")

LATEST = 4
"""Steps whose learning rates count: the last of them may be the schedule's own way down."""
LIKE = 0.01
"""How far, relative to its size, one step's growth of the learning rate may be off that of the next in a sweep."""

_DECOUPLED = ("AdamW", "Lion", "Muon", "Adafactor")
"""Optimizers that take the decay from the weights themselves; torch's AdamW says so in its groups since 2.6."""


def course_now() -> Course:
    """The course of the training as it stands."""
    optimizers = STEPS.optimizers
    rates = [(float(group.get("lr", 0)), optimizer) for optimizer in optimizers for group in optimizer.param_groups]
    rates += [(float(rate), optimizer) for rate in list(SENTINEL.series.rates)[-LATEST:] if rate is not None for optimizer in optimizers[:1]]
    rate, optimizer = max(rates, key=lambda pair: (pair[0] - pair[0] != 0, pair[0]), default=(None, None))
    return Course(
        losses=tuple(SENTINEL.series.losses),
        optimizer=type(optimizer).__name__ if optimizer is not None else "",
        lr=rate,
        lr_set=only_statement(_SETS_LR) or only_statement(_SCHEDULES),
        largest_weight=_largest(parameters_of(optimizers)) if optimizers else None,
        built=SITES.of(optimizer) if optimizer is not None else None,
        scaled=SENTINEL.scalers.in_use(),
        decay=max((_decay(optimizer, group) for optimizer in optimizers for group in optimizer.param_groups), default=0.0),
        momentum=max((_momentum(group) for each in optimizers for group in each.param_groups), default=0.0),
        gradients_read=SENTINEL.gradients.share(SENTINEL.backwards),
        lr_grew=_growth([float(rate) for rate in SENTINEL.series.rates if rate is not None]),
        lr_began=max((float(group["initial_lr"]) for group in getattr(optimizer, "param_groups", ()) if "initial_lr" in group), default=None),
    )


def _growth(rates: Sequence[float]) -> float:
    """How many times larger the learning rate has become in the latest steps, in each by the same factor; a warm-up in equal steps grows by ever smaller factors."""
    growth = last = 1.0
    for before, after in pairwise(rates[::-1]):
        factor = before / after if after > 0 else 1.0
        last = last if growth > 1 else factor
        if not factor > 1 or abs(factor - last) > LIKE * last:
            break
        growth *= factor
    return growth


def _decay(optimizer: Any, group: dict[str, Any]) -> float:
    """How much of a weight one update takes away, where above 2 it grows: momentum bears more (2 + 2 momentum). Adam divides what it takes by its size."""
    rate, decay = group.get("lr"), group.get("weight_decay")
    takes = type(optimizer) is sys.modules["torch"].optim.SGD or group.get("decoupled_weight_decay") or type(optimizer).__name__ in _DECOUPLED
    if not takes or group.get("maximize") or not isinstance(rate, (int, float)) or not isinstance(decay, (int, float)):
        return 0.0
    return float(rate * decay) / (1 + _momentum(group))


def _momentum(group: dict[str, Any]) -> float:
    """How much of the last update the next one takes over; 0 where the optimizer keeps none by that name."""
    momentum = group.get("momentum")
    return float(momentum) if isinstance(momentum, (int, float)) else 0.0


def _largest(parameters: Sequence[Any]) -> float | None:
    """The largest absolute value of all that are finite; None where none is."""
    largest: float | None = None
    with sys.modules["torch"].no_grad():
        for parameter in parameters:
            sizes = parameter.detach().abs()
            sizes = sizes[sizes.isfinite()]
            largest = max(largest or 0.0, float(sizes.max())) if sizes.numel() else largest
    return largest
