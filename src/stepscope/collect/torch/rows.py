"""Rows whose values break a call that is vectorised over the batch."""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType
from typing import Any

from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.tensors import is_tensor

SHOWN = 20


def outside_rows(stack: list[Entry]) -> tuple[int, ...]:
    """The rows to blame in the innermost call that is known to limit its values; empty where there are none."""
    for frame, _, _ in reversed(stack):
        limit = _LIMITS.get(frame.f_code.co_name)
        outside = limit(frame) if limit and frame.f_code.co_filename.endswith("functional.py") else None
        if outside is not None and outside.dim():
            rows = outside.nonzero()[:, 0].unique().tolist()
            if rows and len(rows) < outside.shape[0]:
                return tuple(rows[:SHOWN])
    return ()


def _embedding(frame: FrameType) -> Any:
    index, table = frame.f_locals.get("input"), frame.f_locals.get("weight")
    if not (is_tensor(index) and is_tensor(table)):
        return None
    return (index < 0) | (index >= table.shape[0])


def _probabilities(frame: FrameType) -> Any:
    outside = None
    for name in ("input", "target"):
        value = frame.f_locals.get(name)
        if is_tensor(value) and value.is_floating_point():
            bad = ~((value >= 0) & (value <= 1))
            outside = bad if outside is None or outside.shape != bad.shape else outside | bad
    return outside


_LIMITS: dict[str, Callable[[FrameType], Any]] = {
    "embedding": _embedding,
    "embedding_bag": _embedding,
    "binary_cross_entropy": _probabilities,
}
