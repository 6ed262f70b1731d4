"""The samples whose values break a call, proven by the batch that the loader handed out.

The tensor that a loss receives is often no longer the loader's: sorted, cut into chunks, repeated, masked. So a row of it is never taken for a
sample by its number. The values that do not fit are searched for in the tensors that the loader handed out, where the call's tensor was made of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

from stepscope.collect.torch.blaming.origin import comes_from, taken_from
from stepscope.collect.torch.blaming.rows import counts_up, index_of
from stepscope.collect.torch.blaming.slicing import rows_of_index_vector, rows_of_slice
from stepscope.collect.torch.calls import INDEX_LOSSES, PAIR_LOSSES, Entry
from stepscope.collect.torch.loading.files import holders, numbers_of
from stepscope.collect.torch.loading.loader_history import History
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.tensors import is_tensor

SHOWN = 20


@dataclass(frozen=True)
class Suspects:
    """A tensor, and the values that are allowed in it: from `low` to `high`, and `ignored`."""

    tensor: Any
    low: float
    high: float
    ignored: float | None = None

    def outside(self, values: Any) -> Any:
        """Which elements are not allowed, as a tensor of truth values on the CPU."""
        held = values.detach().cpu()
        bad = ~((held >= self.low) & (held <= self.high))
        return bad if self.ignored is None else bad & (held != self.ignored)

    def found_in(self, values: Any) -> set[float]:
        """The values that are not allowed."""
        return set(values.detach().cpu()[self.outside(values)].unique().tolist())


@dataclass(frozen=True)
class Blamed:
    """Samples to blame: the index list of their batch, and rows of it. `history` is None where no loader made the batch."""

    history: History | None
    indices: tuple[int, ...]
    rows: tuple[int, ...]


def blame_of(stack: list[Entry]) -> Blamed | None:
    """The samples to blame for the innermost call that limits the values of what it is given; None where nothing proves any."""
    suspects = _suspects_of(stack)
    return blamed(stack, suspects) if suspects is not None else None


def rows_in_stream(stack: list[Entry], history: History) -> tuple[int, ...]:
    """The rows of the latest batch of a stream that hold the values which the innermost call does not bear: they have no indices."""
    suspects, held = _suspects_of(stack), history.handed_out[-1][1]
    wanted = suspects.found_in(suspects.tensor) if suspects is not None else set()
    sizes = {tensor.shape[0] for tensor, row in _living(held) if row is None and tensor.dim()}
    found = (_rows(suspects, wanted, held, size) for size in sizes) if suspects is not None and wanted else iter(())
    return next(filter(None, found), ())


def _suspects_of(stack: list[Entry]) -> Suspects | None:
    for frame, _, _ in reversed(stack):
        name = frame.f_code.co_name
        if name in INDEX_LOSSES or name in PAIR_LOSSES or name in ("embedding", "embedding_bag"):
            return _of_frame(frame, name)
    used = index_of(stack)
    if used is not None and used.size is not None and used.index.dim():
        return Suspects(used.index, 0 if used.index.min() >= 0 else -used.size, used.size - 1)
    return None


def _of_frame(frame: FrameType, name: str) -> Suspects | None:
    given: Any = frame.f_locals.get("input")
    target: Any = frame.f_locals.get("target")
    table: Any = frame.f_locals.get("weight")
    if name.startswith("embedding"):
        known = is_tensor(given) and is_tensor(table) and not counts_up(given)
        return Suspects(given, 0, table.shape[0] - 1) if known else None
    if not (is_tensor(given) and is_tensor(target)) or not given.dim():
        return None
    if name in INDEX_LOSSES and not target.is_floating_point():
        ignored = frame.f_locals.get("ignore_index")
        return Suspects(target, 0, given.shape[1 if given.dim() > 1 else 0] - 1, ignored if isinstance(ignored, int) else None)
    return Suspects(target, 0, 1) if name.startswith("binary") else None


def blamed(stack: list[Entry], suspects: Suspects) -> Blamed | None:
    """The samples that hold the values that do not fit; None where nothing proves which they are."""
    wanted = suspects.found_in(suspects.tensor)
    if not wanted:
        return None
    for history in LOADERS.recent()[:3]:
        for drawn, held in history.batches:
            indices = history.rows(drawn)
            rows = _rows(suspects, wanted, held, len(indices))
            if rows:
                written = any(tensor._version for tensor, _ in _living(held))
                return _checked(history, indices, rows, wanted) if history.own_order or written else Blamed(history, indices, rows)
    cut = rows_of_index_vector(stack, suspects.tensor) or rows_of_slice(stack, suspects.tensor)
    outside = suspects.outside(suspects.tensor)
    rows = tuple(sorted({position[0] for position in outside.nonzero().tolist()})) if outside.dim() else (0,)
    return Blamed(None, cut, rows[:SHOWN]) if cut and rows[-1] < len(cut) else _asked(suspects, wanted)


def _asked(suspects: Suspects, wanted: set[float]) -> Blamed | None:
    """Where the batch's own tensors are gone: the samples of the latest batch that hold the values, as the data set says."""
    given = [value for value in suspects.tensor.detach().cpu().reshape(-1).tolist() if value != suspects.ignored]
    for history in LOADERS.recent()[:3]:
        indices = () if history.is_over else history.current()
        samples = numbers_of(history.dataset, indices) if indices and history.dataset is not None else []
        for name in samples[0] if samples else ():
            parts = [sample.get(name, []) for sample in samples]
            rows = tuple(row for row, part in enumerate(parts) if not wanted.isdisjoint(part))
            if rows and taken_from(given, [value for part in parts for value in part if value != suspects.ignored]):
                return Blamed(history, indices, rows[:SHOWN])
    return None


def _rows(suspects: Suspects, wanted: set[float], held: Any, samples: int) -> tuple[int, ...]:
    """The rows with these values, of the tensor of a handed-out batch that the call's own was made of."""
    for tensor, row in _living(held):
        if tensor is suspects.tensor and row is not None:
            return (row,)
        if row is not None or not tensor.dim() or tensor.shape[0] != samples or tensor.dtype != suspects.tensor.dtype:
            continue
        values = tensor.detach().cpu()
        hits = sum((values == value) for value in sorted(wanted)[:SHOWN]).nonzero() if tensor.numel() else values
        rows = tuple(sorted({position[0] for position in hits.tolist()}))[:SHOWN]
        if rows and comes_from(suspects.tensor, tensor, suspects.ignored):
            return rows
    return ()


def _living(held: Any) -> Iterator[tuple[Any, int | None]]:
    for reference, row in held:
        tensor = reference()
        if is_tensor(tensor):
            yield tensor, row


def _checked(history: History, indices: tuple[int, ...], rows: tuple[int, ...], wanted: set[float]) -> Blamed | None:
    """The order may be another than that of the list, or was changed in place: the data set itself is asked which samples hold the values."""
    dataset = history.dataset
    found = holders(dataset, indices, wanted) if dataset is not None else set()
    if all(indices[row] in found for row in rows):
        return Blamed(history, indices, rows)
    if len(found) == len(rows):
        return Blamed(history, indices, tuple(row for row, index in enumerate(indices) if index in found))
    return None
