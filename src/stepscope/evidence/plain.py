"""Modules that a model keeps in a plain list or dictionary, where nothing finds their parameters."""

from __future__ import annotations

from dataclasses import dataclass

from stepscope.evidence.failure import Frame


@dataclass(frozen=True)
class PlainModules:
    """`owner` is the class of the module that keeps them, `attribute` the name, `kind` the container's class.

    `registered` counts the parameters that the models in sight do know, `trainable` those of them that require a gradient. Without such a
    container `modules` and `parameters` are 0.
    """

    owner: str
    attribute: str
    kind: str
    modules: int
    parameters: int
    registered: int
    trainable: int = 0
    line: Frame | None = None
