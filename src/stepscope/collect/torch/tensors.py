"""A live tensor becomes facts."""

from __future__ import annotations

from typing import Any

from stepscope.evidence import Tensor

LARGE = 50_000_000
"""Elements above which the range is not read: it would take longer than a person waits."""


def is_tensor(value: Any) -> bool:
    """Whether the value is a torch tensor, without importing torch."""
    return any(base.__module__ == "torch" and base.__name__ == "Tensor" for base in type(value).__mro__)


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
