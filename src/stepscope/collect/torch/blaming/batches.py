"""The batch at hand when a step failed: its rows as samples of the data set."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.blaming.blame import Blamed, rows_in_stream
from stepscope.collect.torch.blaming.kinds import asked_kinds, is_unlike_others, kinds_of, odd_ones, without
from stepscope.collect.torch.blaming.looping import in_loop
from stepscope.collect.torch.blaming.slicing import rows_of_index_vector, rows_of_slice
from stepscope.collect.torch.blaming.streamed import files_in_stream
from stepscope.collect.torch.calls import Entry, named_tensors
from stepscope.collect.torch.loading.files import files_of
from stepscope.collect.torch.loading.indices import numbers, own_rows
from stepscope.collect.torch.loading.loader_history import History, length
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.loading.streams import is_stream
from stepscope.collect.torch.lookups import Lacked
from stepscope.collect.torch.resolve import stored_attributes
from stepscope.collect.torch.sites import SITES
from stepscope.collect.torch.tensors import is_tensor, tensor_of, tensors_in
from stepscope.evidence import Batch, Remainder

FILES = 20
"""Samples whose files are looked up."""


def batch_of(stack: list[Entry], blame: Blamed | None = None, lacked: Lacked | None = None) -> Batch | None:
    """The batch, with the rows to blame: those that `blame` proves, those that the loading itself stumbled over, or those without a key that the loop did not find in it."""
    if LOADERS.in_worker:
        return _loading(stack, LOADERS.in_worker, None)
    if _in_loader(stack):
        history = _drawing(stack)
        return _loading(stack, history.loading() if history else (), history)
    return _at_hand(stack, blame, lacked)


def remainder_of(stack: list[Entry]) -> Remainder | None:
    """The latest batch where it is shorter than those before it; None while another is being loaded."""
    latest = [] if LOADERS.in_worker or _in_loader(stack) else LOADERS.recent()[:1]
    found = latest[0].remainder() if latest else None
    return Remainder(*found) if found else None


def _in_loader(stack: list[Entry]) -> bool:
    return any("torch/utils/data/" in frame.f_code.co_filename.replace("\\", "/") for frame, _, _ in stack)


def _drawing(stack: list[Entry]) -> History | None:
    """The history of the innermost loader iterator that is at work in these frames."""
    for frame, _, _ in reversed(stack):
        if frame.f_code.co_name == "__next__" and (history := LOADERS.of(frame.f_locals.get("self"))) is not None:
            return history
    return None


def _loading(stack: list[Entry], indices: tuple[int, ...], history: History | None) -> Batch:
    """A batch that failed while it was being made: one sample could not be loaded, or they do not fit together."""
    dataset = _dataset(stack, history)
    samples = _samples_to_collate(stack)
    kinds = kinds_of(samples or [])
    odd = odd_ones(kinds, _dataset(stack, None), numbers(_fetch(stack).get("possibly_batched_index")))
    culprits: tuple[int, ...] = tuple(odd)
    asked = own_rows(dataset, indices)[1]
    if samples is None and LOADERS.asked in asked:
        culprits = (asked.index(LOADERS.asked),)
    elif samples is None and len(indices) == 1:
        culprits = (0,)
    elif samples is None and (row := _row_in_split(stack)) is not None and row < len(indices):
        culprits = (row,)
    size = length(dataset)
    culprits = tuple(row for row in culprits if size is None or _is_row(indices[row], size) or samples is not None)
    batch = _batch(stack, indices, culprits, dataset, history, odd=odd, kinds=kinds, files_for=culprits)
    if not samples or not culprits or not is_stream(dataset):
        return batch
    return replace(batch, files=files_in_stream(dataset, history.workers if history else 0, {row: tensors_in(samples[row], arrays=True) for row in culprits[:FILES]}))


def _is_row(index: Any, size: int) -> bool:
    """Whether a data set of this size has such a sample; a key of another kind is not counted."""
    return type(index) is not int or -size <= index < size


def _row_in_split(stack: list[Entry]) -> int | None:
    """The row that a `Subset` is looking up, which goes through its index list itself."""
    given, found = None, None
    for frame, _, _ in stack:
        if frame.f_code.co_filename.replace("\\", "/").endswith("torch/utils/data/dataset.py"):
            given, place = frame.f_locals.get("indices", given), frame.f_locals.get("idx")
            found = given.index(place) if isinstance(given, list) and place in given else found
    return found


def _fetch(stack: list[Entry]) -> dict[str, Any]:
    """The variables of the frame in which a loader fetches the samples of a batch; empty outside of one."""
    frames = (frame for frame, _, _ in stack if frame.f_code.co_name == "fetch")
    return next((frame.f_locals for frame in frames if "torch/utils/data" in frame.f_code.co_filename.replace("\\", "/")), {})


def _samples_to_collate(stack: list[Entry]) -> list[Any] | None:
    """The list of loaded samples, where loading was over and collation failed."""
    data = _fetch(stack).get("data")
    return data if isinstance(data, list) and data else None


def _at_hand(stack: list[Entry], blame: Blamed | None, lacked: Lacked | None) -> Batch | None:
    """A batch that failed later: the one that a tensor at hand belongs to, else the one that was handed out last."""
    fields = _fields(stack)
    if blame is not None:
        dataset = blame.history.dataset if blame.history else None
        return _batch(stack, blame.indices, blame.rows, dataset, blame.history, fields=fields, files_for=blame.rows)
    rows = {shape[0] for shape in (tensor.shape for tensor in fields.values()) if shape}
    seen = [*_tensors(lacked[1]), *tensors_inside_out(stack)] if lacked else tensors_inside_out(stack)
    cut = rows_of_index_vector(stack) or rows_of_slice(stack)
    for history in LOADERS.recent()[:3]:
        indices = history.holding(seen) or (() if cut or history.is_over else history.current())
        looped = in_loop(stack, history, indices) if indices else ()
        if indices and (looped or not rows or len(indices) in rows):
            odd, kinds = _lacking(history, indices, lacked) if lacked else ({}, {})
            if odd:
                return _batch(stack, indices, tuple(odd), history.dataset, history, fields=fields, odd=odd, kinds=kinds, files_for=tuple(odd))
            culprits = looped or (_alone(history, indices) if _computes(stack) else ())
            return _batch(stack, indices, culprits, history.dataset, history, fields=fields, files_for=culprits)
    return _of_stream(stack, seen, fields) or (Batch(indices=cut, fields=fields, rows=len(cut) or None) if cut or fields else None)


def _of_stream(stack: list[Entry], seen: list[Any], fields: dict[str, Any]) -> Batch | None:
    """A batch that a stream gave: its rows to blame, else the one sample that makes it up, by their files."""
    history = next((each for each in LOADERS.recent()[:1] if is_stream(each.dataset) and not each.is_over and each.handed_out), None)
    held = tensors_in(history.kept, arrays=True) if history is not None else []
    if history is None or not any(tensor is other for tensor in held for other in seen):
        return None
    if history.handed_out[-1][0] is None:  # the stream's own samples, or batches
        return Batch(fields=fields, files=files_in_stream(history.dataset, history.workers, {0: held}))
    rows = rows_in_stream(stack, history)
    size = next((int(tensor.shape[0]) for tensor in held if tensor.dim()), 0)
    wanted = {row: [tensor[row] for tensor in held if tensor.dim() and row < tensor.shape[0]] for row in (rows[:FILES] or (range(size) if size == 1 else ()))}
    return Batch(fields=fields, culprits=rows, files=files_in_stream(history.dataset, history.workers, wanted), rows=size or None) if wanted else None


def _lacking(history: History, indices: tuple[int, ...], lacked: Lacked) -> tuple[dict[int, str], dict[str, tuple[int, ...]]]:
    """The rows whose samples lack a key that the batch was asked for, with what they are, and the kinds of all its samples.

    Where the data set is gone: PyTorch gives a batch the keys of its first sample, so it is that one, if batches before it were asked for the same.
    """
    key, held = lacked
    if kinds := asked_kinds(history.dataset, indices):
        return without(key, kinds), kinds
    is_batch = history.holding(_tensors(held)) == indices
    return ({0: f"a sample without {key!r}"} if is_batch and not history.own_order and len(history.handed_out) > 1 else {}), {}


def _tensors(held: dict[Any, Any]) -> list[Any]:
    return [value for value in held.values() if is_tensor(value)]


def _alone(history: History, indices: tuple[int, ...]) -> tuple[int, ...]:
    """The row of a sample that makes up its batch, where it is unlike the others: else it is only the one at hand.

    Where the data set is gone, that others passed the same model before has to do.
    """
    if len(indices) != 1:
        return ()
    before = [history.rows(drawn) for drawn, _ in history.handed_out]
    passed = [rows[0] for rows in before if len(rows) == 1 and rows != indices]
    dataset = history.dataset
    unlike = bool(passed) if dataset is None else is_unlike_others(dataset, indices[0], passed)
    return (0,) if unlike else ()


def _computes(stack: list[Entry]) -> bool:
    """Whether a model or a loss was at work on the batch."""
    return any("/torch/nn/" in frame.f_code.co_filename.replace("\\", "/") for frame, _, _ in stack)


def tensors_inside_out(stack: list[Entry]) -> list[Any]:
    """The tensors that the frames hold, those of the innermost frame first."""
    found: list[Any] = []
    for frame, _, _ in reversed(stack):
        values = list(frame.f_locals.values())
        held = [value.values() if isinstance(value, dict) else value for value in values if isinstance(value, (list, tuple, dict))]
        found += [value for value in values if is_tensor(value)]
        found += [item for part in held for item in list(part)[:16] if is_tensor(item)]
    return found[:400]


def _fields(stack: list[Entry]) -> dict[str, Any]:
    """The tensors of the innermost user frame that has any."""
    for frame, _, _ in reversed(stack):
        if is_users(frame.f_code.co_filename) and (found := named_tensors(frame)):
            return {name: tensor_of(value) for name, value in list(found.items())[:12]}
    return {}


def _dataset(stack: list[Entry], history: History | None) -> Any:
    if history is not None:
        return history.dataset
    return getattr(_fetch(stack).get("self"), "dataset", None)


def _batch(
    stack: list[Entry],
    indices: tuple[int, ...],
    culprits: tuple[int, ...],
    dataset: Any,
    history: History | None,
    **details: Any,
) -> Batch:
    size = history.size if history else length(dataset)
    dataset, indices = own_rows(dataset, indices)
    suspects = details.pop("files_for")
    wanted = (0,) if len(indices) == 1 else suspects[:FILES]
    asked = [row for row in wanted if row < len(indices)]
    paths = files_of(dataset, [indices[row] for row in asked])
    return Batch(
        indices=indices,
        culprits=culprits,
        files={row: paths[indices[row]] for row in asked if indices[row] in paths},
        rows=len(indices) or None,
        dataset=type(dataset).__name__ if dataset is not None else "",
        dataset_size=size,
        loader=_loader_line(stack, dataset) if dataset is not None else None,
        workers=history.workers if history else 0,
        **details,
    )


def _loader_line(stack: list[Entry], dataset: Any) -> Any:
    """The line that built the loader of this data set, for a loader that a user's frame can name."""
    for frame, _, _ in reversed(stack):
        if is_users(frame.f_code.co_filename):
            globals_used = [frame.f_globals.get(name) for name in frame.f_code.co_names]
            for value in [*frame.f_locals.values(), *globals_used]:
                if type(value).__name__.endswith("Loader") and stored_attributes(value).get("dataset") is dataset:
                    return SITES.of(value)
    return None


