"""Whether an optimizer and the models in sight hold the same parameters."""

from __future__ import annotations

from dataclasses import dataclass

from stepscope.evidence.failure import Frame


@dataclass(frozen=True)
class OptimizerParameters:
    """`held` counts the optimizer's parameters, `known` those of them that a model in sight has, `gradients` those with a gradient.

    `models` counts the models in sight. `line` is where the optimizer was built.
    """

    kind: str
    held: int
    known: int
    gradients: int
    models: int
    line: Frame | None = None
