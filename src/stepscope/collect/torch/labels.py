"""Labels that met an output in a loss, a gather or a one-hot encoding, and those of them that do not fit."""

from __future__ import annotations

from types import FrameType
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.tensors import is_tensor, tensor_of
from stepscope.evidence import Labels

SHOWN = 20
_LOSSES = {"cross_entropy", "nll_loss", "multi_margin_loss", "nll_loss_nd", "cross_entropy_loss"}


def labels_of(stack: list[Entry]) -> Labels | None:
    """The labels of the innermost call that uses them as class indices; None where there is none."""
    for frame, _, _ in reversed(stack):
        found = _of_loss(frame) or _of_one_hot(frame)
        if found is not None:
            target, classes, ignored = found
            return labels_from(stack, target, classes, ignored)
    return None


def labels_from(stack: list[Entry], target: Any, classes: int, ignored: int | None) -> Labels | None:
    """Facts of integer targets held against a number of classes."""
    tensor = tensor_of(target)
    if not tensor.integral or tensor.minimum is None:
        return None
    values = target.detach().cpu()
    outside = (values < 0) | (values >= classes)
    if ignored is not None:
        outside &= values != ignored
    where = outside.nonzero()
    return Labels(
        name=name_of(stack, target),
        tensor=tensor,
        classes=classes,
        outside=tuple(_pairs(where, values)),
        outside_count=int(where.shape[0]),
        total=int(values.numel()),
        ignored=ignored,
    )


def name_of(stack: list[Entry], tensor: Any) -> str:
    """The user's name for this very tensor object; "target" where no variable holds it."""
    for frame, _, _ in reversed(stack):
        if is_users(frame.f_code.co_filename):
            for name, value in frame.f_locals.items():
                if value is tensor:
                    return name
    return "target"


def _pairs(where: Any, values: Any) -> list[tuple[int, float]]:
    """(row, value), one per row: a mask has thousands of pixels with the same mistake."""
    rows: dict[int, float] = {}
    for position in where.tolist():
        row = position[0] if position else 0
        if row not in rows:
            rows[row] = float(values[tuple(position)] if position else values)
        if len(rows) == SHOWN:
            break
    return list(rows.items())


def _of_loss(frame: FrameType) -> tuple[Any, int, int | None] | None:
    if frame.f_code.co_name not in _LOSSES:
        return None
    output, target = frame.f_locals.get("input"), frame.f_locals.get("target")
    if not (is_tensor(output) and is_tensor(target)) or output.dim() == 0:
        return None
    classes = int(output.shape[1] if output.dim() > 1 else output.shape[0])
    ignored = frame.f_locals.get("ignore_index")
    return target, classes, ignored if isinstance(ignored, int) else None


def _of_one_hot(frame: FrameType) -> tuple[Any, int, int | None] | None:
    if frame.f_code.co_name != "one_hot":
        return None
    target, classes = frame.f_locals.get("tensor"), frame.f_locals.get("num_classes")
    if is_tensor(target) and isinstance(classes, int) and classes > 0:
        return target, classes, None
    return None
