"""The parameters that optimizers hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def parameters_of(optimizers: Sequence[Any]) -> list[Any]:
    """All parameters that these optimizers hold."""
    return [parameter for optimizer in optimizers for group in optimizer.param_groups for parameter in group["params"]]


def without_gradients(optimizer: Any) -> None:
    """Take the gradients from the optimizer's parameters: its step moves nothing then."""
    for parameter in parameters_of([optimizer]):
        parameter.grad = None
