"""Rows of a data set behind a batch that the user's own code has cut out."""

from __future__ import annotations

from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.tensors import is_tensor


def rows_of_slice(stack: list[Entry], part: Any = None) -> tuple[int, ...]:
    """Rows of a tensor cut from a longer one that the user can name (`x[i:i + 32]`): a view knows where it begins."""
    named = _user_tensors(stack)
    for tensor in named if part is None else [part]:
        base = tensor._base
        if base is None or all(base is not other for other in named) or _is_order(base) or not tensor.dim() or tensor.dim() != base.dim() or tensor.shape[1:] != base.shape[1:]:
            continue
        stride = tensor.stride(0)
        if stride and tensor.shape[0] < base.shape[0] and tensor.storage_offset() % stride == 0:
            first = (tensor.storage_offset() - base.storage_offset()) // stride
            return tuple(range(first, first + tensor.shape[0]))
    return ()


def rows_of_index_vector(stack: list[Entry], picked: Any = None) -> tuple[int, ...]:
    """Rows picked by a vector of indices (`x[order[i:j]]`): proven by comparing the rows of what was picked."""
    tensors = [tensor for tensor in _user_tensors(stack) if tensor.dim() and tensor.device.type == "cpu"]
    vectors = [t for t in tensors if t.dim() == 1 and t.dtype.is_signed and not t.is_floating_point() and not t.is_complex() and t.numel() > 1]
    for vector in vectors:
        for whole in tensors:
            if whole.shape[0] <= int(vector.max()) or int(vector.min()) < 0:
                continue
            for part in tensors if picked is None else [picked]:
                if part is not vector and part.shape[0] == vector.numel() and part.shape[1:] == whole.shape[1:]:
                    if part.dtype == whole.dtype and whole.shape[0] > part.shape[0] and part.equal(whole[vector]):
                        return tuple(int(index) for index in vector)
    return ()


def _user_tensors(stack: list[Entry]) -> list[Any]:
    found: list[Any] = []
    for frame, _, _ in reversed(stack):
        if is_users(frame.f_code.co_filename):
            names = [*frame.f_locals.values(), *(frame.f_globals.get(name) for name in frame.f_code.co_names)]
            found += [value for value in names if is_tensor(value) and all(value is not seen for seen in found)]
    return found[:40]


def _is_order(tensor: Any) -> bool:
    """Whether it is an order of samples (a permutation): its rows are places in that order, not samples."""
    if tensor.dim() != 1 or tensor.is_floating_point() or tensor.is_complex() or not tensor.numel():
        return False
    return bool(tensor.sort().values.equal(tensor.new_tensor(range(tensor.numel()))))
