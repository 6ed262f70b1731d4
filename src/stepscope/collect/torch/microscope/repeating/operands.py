"""What an operator is given and gives, as a dispatch mode sees it."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import torch

from stepscope.collect.torch.calls import Entry
from stepscope.collect.unseen import is_ours

DEPTH = 120
"""Frames of a stack that are noted for an operator."""


def is_finite(tensor: Any) -> bool:
    """Whether no element is NaN or infinite; True for what cannot be looked at (meta, sparse, whole numbers)."""
    if not (tensor.is_floating_point() or tensor.is_complex()) or tensor.layout is not torch.strided or tensor.device.type == "meta" or not tensor.numel():
        return True
    try:
        total = tensor.sum().item()
        return total - total == 0 or bool(tensor.isfinite().all())
    except Exception:  # quantised and nested kinds, fake tensors
        return True


def storage(tensor: Any) -> int:
    try:
        return int(tensor.untyped_storage().data_ptr())
    except Exception:
        return id(tensor)


def tensors(value: Any) -> list[Any]:
    """The tensors in what an operator is given or gives; of sparse ones the values that they hold."""
    if isinstance(value, torch.Tensor):
        return [value._values() if value.is_sparse else value]
    if isinstance(value, dict):
        value = list(value.values())
    return [tensor for item in value for tensor in tensors(item)] if isinstance(value, (list, tuple)) else []


def held_by_sparse(args: Any) -> list[Any]:
    """The values that sparse tensors hold which an operator is given. One that asks for them gives the very tensor."""
    return [value._values() for value in args if isinstance(value, torch.Tensor) and value.is_sparse]


def scalars(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [scalar for item in value for scalar in scalars(item)]
    if isinstance(value, torch.Tensor) and not value.dim() and value.is_floating_point() and value.device.type == "cpu":
        return [value.item()]
    return [value] if isinstance(value, (int, float)) else []


def changed(func: Any, args: Any, kwargs: Any) -> list[Any]:
    """The tensors that an operator writes over."""
    if not func._schema.is_mutable:
        return []
    found = []
    for place, argument in enumerate(func._schema.arguments):
        if argument.alias_info is not None and argument.alias_info.is_write:
            found += tensors(args[place] if place < len(args) else kwargs.get(argument.name))
    return found


def unread(func: Any, args: Any) -> set[int]:
    """The tensors, by identity, that an operator is given and does not read: a batch norm that trains only writes to its running averages.

    The step that is repeated has done so before. Most of its kinds (torch 2.13) do not say in their schema that they write.
    """
    if "batch_norm" not in func.__name__:
        return set()
    given = {argument.name: value for argument, value in zip(func._schema.arguments, args, strict=False)}
    trains = given.get("training", given.get("train", "with_update" in func.__name__))
    return {id(given[name]) for name in ("running_mean", "running_var") if name in given} if trains else set()


def stack_here() -> list[Entry]:
    """The running frames without ours, outermost first, each with its line and instruction."""
    found: list[Entry] = []
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and len(found) < DEPTH:
        if not is_ours(frame):
            found.append((frame, frame.f_lineno, frame.f_lasti))
        frame = frame.f_back
    return found[::-1]
