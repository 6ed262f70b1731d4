"""Gradients, looked at without waiting for a device."""

from __future__ import annotations

import sys
from typing import Any

from stepscope.collect.torch.microscope.watching.modes import holds_values, item_of, outside_modes
from stepscope.collect.torch.microscope.watching.parameters import parameters_of


def gradients_of(optimizers: Any) -> list[Any]:
    """The gradients of the optimizers' parameters that can be looked at without waiting for a device."""
    return readable([parameter.grad for optimizer in optimizers for group in optimizer.param_groups for parameter in group["params"]])


def readable(gradients: list[Any]) -> list[Any]:
    """Those that are there and can be looked at without waiting for a device; of sparse ones (an embedding's) the values that they hold."""
    return [
        gradient._values() if gradient.is_sparse else gradient
        for gradient in gradients
        if gradient is not None and gradient.is_cpu and holds_values(gradient)
    ]


def _is_finite(tensor: Any) -> bool:
    return bool(tensor.isfinite().all())


def all_finite(tensors: list[Any]) -> bool:
    """Screened by the sum of the norms; what the screen stops may be a sum that overflowed, and is looked at."""
    if not tensors:
        return True
    torch = sys.modules["torch"]
    with torch.no_grad():
        total = sum(map(torch._C.TensorBase.item, torch._foreach_norm(tensors)))
        return total - total == 0 or all(map(_is_finite, tensors))


def kind_of(tensors: list[Any]) -> str:
    """What is not finite in these tensors: "nan", else "inf"; empty where all is."""
    if all(map(_is_finite, tensors)):
        return ""
    return "nan" if any(bool(tensor.isnan().any()) for tensor in tensors) else "inf"


def marks_of(optimizer: Any) -> list[str]:
    """What shows whether an optimizer has moved its parameters: their sums (complex ones of both parts). Fused updates leave a tensor's version as it is."""
    with outside_modes():
        return [str(item_of(_precise(parameter.detach()).sum())) for parameter in parameters_of([optimizer]) if holds_values(parameter)]


def _precise(tensor: Any) -> Any:
    return tensor.cdouble() if tensor.is_complex() else tensor.double()
