"""The samples that are longer than a table or a parameter has entries, in a batch that was padded to the longest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from stepscope.collect.torch.blaming.batches import tensors_inside_out
from stepscope.collect.torch.blaming.blame import Blamed
from stepscope.collect.torch.blaming.kinds import asked_kinds
from stepscope.collect.torch.blaming.rows import counts_up
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.tensors import is_tensor

_MISMATCH = re.compile(r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)")
_LENGTHS = re.compile(r"\[(\d+)|\b(?:list|tuple) of (\d+)")
"""The first axis of a part of a sample, as its kind tells it."""


def longer_of(stack: list[Entry], exception: BaseException) -> Blamed | None:
    """The samples whose own length does not fit, while others of their batch are short enough; None where the batch was not padded to one of them."""
    found = _of_positions(stack) or _of_words(exception)
    seen = tensors_inside_out(stack) if found is not None else []
    for history in LOADERS.recent()[:3] if found is not None else ():
        indices = history.holding(seen)
        if found is None or not indices or not any(_is_padded_to(found[0], tensor, len(indices)) for tensor in seen):
            continue
        rows = _longer(asked_kinds(history.dataset, indices), *found)
        return Blamed(history, indices, rows) if 0 < len(rows) < len(indices) else None
    return None


def _of_positions(stack: Sequence[Entry]) -> tuple[int, int] | None:
    """The positions that an embedding was asked for, and the rows that it has."""
    held = next((frame.f_locals for frame, _, _ in reversed(stack) if frame.f_code.co_name == "embedding"), {})
    given: Any = held.get("input")
    table: Any = held.get("weight")
    if not (is_tensor(given) and is_tensor(table) and given.dim() and table.dim()):
        return None
    positions = given.reshape(-1, given.shape[-1])[0]
    fits = given.shape[-1] <= table.shape[0] or not counts_up(positions) or int(positions[0]) != 0
    return None if fits else (int(given.shape[-1]), int(table.shape[0]))


def _of_words(exception: BaseException) -> tuple[int, int] | None:
    """The larger and the smaller of two sizes that do not match."""
    told = _MISMATCH.search(str(exception))
    if told is None:
        return None
    low, high = sorted(map(int, told.groups()))
    return high, low


def _is_padded_to(length: int, tensor: Any, rows: int) -> bool:
    return bool(tensor.dim() > 1 and tensor.shape[0] == rows and length in tensor.shape[1:])


def _longer(kinds: dict[str, tuple[int, ...]], length: int, limit: int) -> tuple[int, ...]:
    """The rows with a part that is longer than the limit; none where the longest is not as long as the batch was made."""
    parts = [([int(one or other) for one, other in _LENGTHS.findall(kind)], rows) for kind, rows in kinds.items()]
    if not parts or len({len(lengths) for lengths, _ in parts}) > 1:
        return ()
    for part in zip(*(lengths for lengths, _ in parts), strict=True):
        if max(part) == length:
            return tuple(sorted(row for size, (_, rows) in zip(part, parts, strict=True) if size > limit for row in rows))
    return ()
