"""Which samples of the batch made the step fail: proven by repeating it with others in their place."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from stepscope.collect.torch.loaders import LOADERS
from stepscope.collect.torch.microscope.again import Attempt
from stepscope.collect.torch.microscope.names import names_of
from stepscope.collect.torch.tensors import is_tensor


class Batch:
    """The tensors that make up the batch of an attempt, and the rows of larger tensors that its statements picked."""

    def __init__(self, attempt: Attempt, births: Any) -> None:
        self.tensors = batch_tensors(attempt)
        self.picked = [(whole, rows) for whole, rows in births.picked if not _is_order(whole)]

    def rows(self, rows: Sequence[int], rows_of: int | None) -> tuple[int, ...]:
        """Rows of an operator's output as rows of the batch: its tokens, patches or time steps stand together. Empty where sizes do not tell."""
        sizes = {int(tensor.shape[0]) for tensor in self.tensors} | {len(picked) for _, picked in self.picked}
        if not rows or not rows_of:
            return ()
        if rows_of in sizes:
            return tuple(rows)
        for size in sorted(sizes, reverse=True):
            if size > 1 and rows_of % size == 0:
                found = tuple(sorted({row // (rows_of // size) for row in rows}))
                return found if len(found) < size else ()
        return ()

    def put_others(self, rows: Sequence[int]) -> bool:
        """Overwrite these rows of the batch with one that is not among them. In this child alone; False where there is none."""
        places = [(tensor, range(int(tensor.shape[0]))) for tensor in self.tensors] + [*self.picked]
        changed = [_overwrite(tensor, [order[row] for row in rows], order) for tensor, order in places if max(rows) < len(order)]
        return any(changed)

    def indices(self, size: int) -> tuple[int, ...]:
        """The rows of the larger tensor that a batch of this size was picked from; empty where several pickings differ."""
        orders = {order for _, order in self.picked if len(order) == size}
        return next(iter(orders)) if len(orders) == 1 else ()


def _overwrite(tensor: Any, bad: Sequence[int], order: Sequence[int]) -> bool:
    good = next((place for place in order if place not in bad), None)
    if good is None:
        return False
    with sys.modules["torch"].no_grad():
        for place in bad:
            tensor[place] = tensor[good].clone()
    return True


def _is_order(tensor: Any) -> bool:
    """Whether it holds an order of samples (a permutation), not samples."""
    return tensor.dim() == 1 and not tensor.is_floating_point() and bool(tensor.sort().values.equal(tensor.new_tensor(range(tensor.numel()))))


def batch_tensors(attempt: Attempt) -> list[Any]:
    """The tensors that make up the batch: what the loader handed out, and what of the names no operator with a gradient made."""
    kept = [history.kept for history in LOADERS.recent()[:2] if history.kept is not None]
    found: list[Any] = [tensor for batch in kept for tensor in tensors_in(batch)]
    found += [tensor for value in names_of(attempt.unit).values() for tensor in tensors_in(value)]
    batch = [tensor for tensor in found if tensor.dim() and tensor.grad_fn is None and not tensor.requires_grad and tensor.shape[0] > 1]
    return [tensor for place, tensor in enumerate(batch) if all(tensor is not other for other in batch[:place])]


def tensors_in(value: Any, depth: int = 3) -> list[Any]:
    """The tensors in a batch, however it is nested."""
    if is_tensor(value):
        return [value]
    if isinstance(value, dict) or (hasattr(value, "data") and isinstance(value.data, dict)):
        value = list((value if isinstance(value, dict) else value.data).values())
    if not depth or not isinstance(value, (list, tuple)):
        return []
    return [tensor for item in value[:64] for tensor in tensors_in(item, depth - 1)]
