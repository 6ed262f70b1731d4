"""A live tensor becomes facts."""

from __future__ import annotations

import sys
from typing import Any

from stepscope.evidence import Tensor

LARGE = 50_000_000
"""Elements above which the range is not read: it would take longer than a person waits."""


MOST = 256
"""Items of a list that are looked into for tensors: a list of all losses so far is no batch."""


def is_tensor(value: Any) -> bool:
    """Whether the value is a torch tensor, without importing torch."""
    return any(base.__module__ == "torch" and base.__name__ == "Tensor" for base in type(value).__mro__)


def tensors_in(value: Any, depth: int = 3, *, arrays: bool = False) -> list[Any]:
    """The tensors in a batch or a sample, however it is nested; with `arrays`, its arrays of numbers too, as tensors that share their memory."""
    if is_tensor(value):
        return [value]
    if arrays and type(value).__name__ == "ndarray" and value.dtype.kind in "biuf":
        return [sys.modules["torch"].as_tensor(value)]
    if isinstance(value, dict) or (hasattr(value, "data") and isinstance(value.data, dict)):
        value = list((value if isinstance(value, dict) else value.data).values())
    if not depth or not isinstance(value, (list, tuple)):
        return []
    return [tensor for item in value[:MOST] for tensor in tensors_in(item, depth - 1, arrays=arrays)]


def same_values(one: Any, other: Any) -> bool:
    """Whether two tensors hold the same values in the same places; NaN is the same as NaN."""
    return one.shape == other.shape and bool(((one == other) | ((one != one) & (other != other))).all())


def tensor_of(value: Any) -> Tensor:
    """Shape, type, device and range. A tensor that cannot be read (meta, sparse, dead device) has no range."""
    low, high, nan, infinite = _range(value)
    return Tensor(
        shape=tuple(int(size) for size in value.shape),
        dtype=str(value.dtype).removeprefix("torch."),
        device=str(value.device),
        minimum=low,
        maximum=high,
        nan=nan,
        infinite=infinite,
        requires_grad=bool(value.requires_grad),
    )


def _range(value: Any) -> tuple[float | None, float | None, int, int]:
    unknown = (None, None, 0, 0)
    if value.device.type == "meta" or value.numel() == 0 or value.numel() > LARGE or value.is_complex():
        return unknown
    try:
        values = value.detach()
        if not values.is_floating_point():
            return float(values.min()), float(values.max()), 0, 0
        finite = values.isfinite()
        nan, count = int(values.isnan().sum()), int(finite.sum())
        infinite = values.numel() - count - nan
        if count == 0:
            return None, None, nan, infinite
        kept = values if count == values.numel() else values[finite]
        return float(kept.min()), float(kept.max()), nan, infinite
    except Exception:
        return unknown
