"""Labels that met an output in a loss, a gather or a one-hot encoding, and those of them that do not fit."""

from __future__ import annotations

import re
from types import FrameType
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.blaming.rows import index_of
from stepscope.collect.torch.calls import INDEX_LOSSES, PAIR_LOSSES, Entry
from stepscope.collect.torch.tensors import is_tensor, tensor_of
from stepscope.evidence import Labels

SHOWN = 20
_NAMES = re.compile(r"(?:^|_)(?:y[bs]?|lbls?|labels?|targets?|class(?:es)?|cls|truth|gt|masks?|tags?|categor(?:y|ies)|digits?)(?:_|$|\d)", re.IGNORECASE)
"""How labels are called. An index of any other name is an index."""


def labels_of(stack: list[Entry]) -> Labels | None:
    """The targets of the innermost loss, or the class indices of the innermost encoding; None where there are none."""
    for frame, _, _ in reversed(stack):
        found = _of_loss(frame)
        if found is not None:
            target, classes, ignored = found
            return labels_from(stack, target, classes, ignored)
        if frame.f_code.co_name in PAIR_LOSSES:
            return _of_pair(stack, frame)
    used = index_of(stack)
    if used is not None and used.size is not None and _NAMES.search(used.name):
        return labels_from(stack, used.index, used.size, None, used.name)
    return None


def labels_from(stack: list[Entry], target: Any, classes: int, ignored: int | None, name: str = "") -> Labels:
    """Facts of targets; whole numbers are held against the number of classes."""
    values = target.detach().cpu()
    outside = (values < 0) | (values >= classes)
    if ignored is not None:
        outside &= values != ignored
    if values.is_floating_point() or "bool" in str(values.dtype):
        outside &= False
    return _labels(name or name_of(stack, target), target, classes, outside, ignored)


def _of_pair(stack: list[Entry], frame: FrameType) -> Labels | None:
    """Targets of a loss that wants one per output; a binary one wants them between 0 and 1."""
    output: Any = frame.f_locals.get("input")
    target: Any = frame.f_locals.get("target")
    if not (is_tensor(output) and is_tensor(target)):
        return None
    values = target.detach().cpu()
    binary = frame.f_code.co_name.startswith("binary") and output.shape == target.shape
    outside = (values < 0) | (values > 1) if binary else values != values
    return _labels(name_of(stack, target), target, int(output.shape[1]) if output.dim() > 1 else 1, outside, None)


def _labels(name: str, target: Any, classes: int, outside: Any, ignored: int | None) -> Labels:
    where = outside.nonzero()
    return Labels(
        name=name,
        tensor=tensor_of(target),
        classes=classes,
        outside=tuple(_pairs(where, target.detach().cpu())),
        outside_count=int(where.shape[0]),
        total=int(target.numel()),
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
    if frame.f_code.co_name not in INDEX_LOSSES:
        return None
    output: Any = frame.f_locals.get("input")
    target: Any = frame.f_locals.get("target")
    if not (is_tensor(output) and is_tensor(target)) or output.dim() == 0:
        return None
    classes = int(output.shape[1] if output.dim() > 1 else output.shape[0])
    ignored = frame.f_locals.get("ignore_index")
    return target, classes, ignored if isinstance(ignored, int) else None
