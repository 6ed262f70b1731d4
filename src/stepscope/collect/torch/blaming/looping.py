"""The sample that a loop over a batch of the user's was at."""

from __future__ import annotations

from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.loading.files import owners
from stepscope.collect.torch.loading.loader_history import History
from stepscope.collect.torch.tensors import is_tensor, tensors_in


def in_loop(stack: list[Entry], history: History, indices: tuple[int, ...]) -> tuple[int, ...]:
    """The row that it was at; where a collate function may have changed the order, the one sample that its tensors are part of."""
    row, item = _row(stack, len(indices))
    if not row or not history.own_order:
        return row
    parts = tensors_in(item)
    found = owners(history.dataset, indices, parts) if parts and history.dataset is not None else set()
    return tuple(place for place, index in enumerate(indices) if index in found) if len(found) == 1 else ()


def _row(stack: list[Entry], rows: int) -> tuple[tuple[int, ...], Any]:
    """The row that a loop over the samples of a batch was at, and its item: a variable is that very item, or a part of it, of a list of that length."""
    held = [value for frame, _, _ in stack if is_users(frame.f_code.co_filename) for value in frame.f_locals.values()]
    single = {id(value) for value in held if not isinstance(value, (int, float, str, bytes, bool, type(None)))}
    for batch in held:
        if isinstance(batch, (list, tuple)) and len(batch) == rows > 1 and not any(_is_field(item, rows) for item in batch):
            parts = [item if isinstance(item, (tuple, list)) else (item,) for item in batch]
            found = [row for row, item in enumerate(parts) if any(id(part) in single for part in item)]
            if len(found) == 1:
                return (found[0],), batch[found[0]]
    return (), None


def _is_field(item: Any, rows: int) -> bool:
    """Whether the item is a field of a collated batch (all images, all labels) instead of one sample."""
    return is_tensor(item) and item.dim() > 0 and item.shape[0] == rows
