"""The sample of a value that goes past its table, told by the index of the batch's row that stands in the same brackets."""

from __future__ import annotations

from typing import Any

from stepscope.collect.torch.blaming.blame import SHOWN, Blamed
from stepscope.collect.torch.blaming.rows import index_of
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.loading.files import owners
from stepscope.collect.torch.loading.loader_history import History
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.tensors import is_tensor


def row_beside(stack: list[Entry]) -> Blamed | None:
    """`target[b, :, y, x]`: the rows `b` at which `y` or `x` is too large, where the table has a row for each sample of the batch."""
    used = index_of(stack)
    if used is None or used.beside is None or used.size is None:
        return None
    far = (used.index >= used.size) | (used.index < -used.size)
    rows = tuple(sorted(set(used.beside[far].tolist())))[:SHOWN]
    for history in LOADERS.recent()[:1] if rows else ():
        drawn, held = history.handed_out[-1] if history.handed_out else ((), ())
        indices = history.rows(drawn) if drawn else ()
        places = [_place(history, indices, held, row) for row in rows] if len(indices) == used.rows else []
        if places and None not in places:
            return Blamed(history, indices, tuple(place for place in places if place is not None))
    return None


def _place(history: History, indices: tuple[int, ...], held: Any, row: int) -> int | None:
    """Where the sample of a batch's row stands in the index list: the one sample, of those, that the row's tensor is part of."""
    if not 0 <= row < len(indices):
        return None
    if not history.own_order:
        return row
    living = [tensor for reference, place in held if place is None and is_tensor(tensor := reference()) and tensor.dim() and tensor.shape[0] == len(indices)]
    found = [owners(history.dataset, indices, [tensor[row]]) for tensor in living if history.dataset is not None]
    return next((indices.index(one) for each in found if len(each) == 1 for one in each), None)
