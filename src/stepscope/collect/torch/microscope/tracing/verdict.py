"""In the child: what the repeated step showed becomes evidence."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from stepscope.collect.failure import frame_of
from stepscope.collect.owner import is_users
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.layers import layer_of
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.microscope.repeating.again import Repeat
from stepscope.collect.torch.microscope.repeating.operands import storage
from stepscope.collect.torch.microscope.samples.reload import is_reloaded
from stepscope.collect.torch.microscope.tracing.births import Birth
from stepscope.collect.torch.microscope.tracing.called import attribute_of, names_of
from stepscope.collect.torch.microscope.tracing.extent import bad_columns, bad_rows
from stepscope.collect.torch.microscope.tracing.origin import Origin, origin_of
from stepscope.collect.torch.microscope.tracing.own_code import own_work
from stepscope.collect.torch.microscope.tracing.stage import stage_in_step
from stepscope.collect.torch.microscope.tracing.updates import averaged_by, update_of
from stepscope.collect.torch.microscope.tracing.weights import Weights
from stepscope.collect.torch.microscope.tracing.written import written_by
from stepscope.collect.torch.steps import STEPS
from stepscope.collect.torch.tensors import is_tensor, tensor_of, tensors_in
from stepscope.evidence import Frame, NonFinite, Stage

SHOWN = 5
"""Tensors shown of what went into an operator."""


def verdict(repeat: Repeat, weights: Weights, stack: Sequence[Entry], own: Sequence[Any] = ()) -> list[Any]:
    """The evidence of a repeat that failed again: NonFinite, and the layer where it is known.

    Empty where it began with a tensor that the step itself had computed before (`own` holds those that are known): then what was repeated begins too late.
    """
    births = repeat.births
    batch = _batch_storages()
    names = names_of(stack)
    finite_loss = repeat.aim.met == "gradient"
    made = {storage(tensor) for value in own for tensor in tensors_in(value)}

    def is_given(tensor: Any) -> bool:
        """Whether the tensor's values are the data's or the training's: those of a mask, or a weight of -inf that the loss bears with, are the program's own."""
        if tensor in weights and tensor.requires_grad:
            return not finite_loss or bool(tensor.isnan().any())
        return (storage(tensor) in made and not bool(tensor.isfinite().any())) or not _is_mask(tensor)

    origin = origin_of(repeat.targets, births, is_given)
    first = repeat.targets[0]
    kind = "nan" if any(bool(target.isnan().any()) for target in repeat.targets) else "inf"
    known: dict[str, Any] = {"met": _met(repeat), "kind": kind, "repeat": repeat.likeness}
    if finite_loss:
        known["parameters"] = len(repeat.targets)
    if origin is None:
        return [NonFinite(born="unknown", output=tensor_of(first), **known)]
    if origin.birth is None and _is_of_the_step(origin, weights, made):
        return []
    if origin.birth is not None and origin.birth.has_entered:
        return _of_entering(origin.birth, known)
    if origin.birth is None:
        known["dropped"] = finite_loss and repeat.loss_was_finite and _left_out(origin.tensor, weights)
        return _of_tensor(origin, known, weights, batch, names, births)
    own = own_work(origin.birth, births, repeat.aim.met)
    return _of_birth(origin.birth, {**known, "met": _met(repeat, None if own else origin.birth)}, births, own, weights)


def _is_of_the_step(origin: Origin, weights: Weights, made: set[int]) -> bool:
    """Whether the tensor that it began with is one that the step has computed before, and no weight of a model at work."""
    if origin.tensor not in weights and origin.met is not None:
        weights.take_in(origin.met.stack)
    return origin.tensor not in weights and (origin.tensor.grad_fn is not None or storage(origin.tensor) in made)


def _met(repeat: Repeat, birth: Birth | None = None) -> str:
    """Where the failure was met. That a loss which nobody has read drops what is not finite is not known: it counts as the loss's."""
    unread = birth is not None and birth.node is None and not repeat.loss_was_finite
    return "loss" if repeat.aim.met == "late" or unread else repeat.aim.met


def _left_out(tensor: Any, weights: Weights) -> bool:
    """Whether a loss that is finite beside this tensor has left out what it lacks: an infinity may have been squashed (`tanh`), a NaN comes through anything."""
    return tensor not in weights and bool(tensor.isnan().any())


def _is_mask(tensor: Any) -> bool:
    """Whether a tensor holds infinities of one sign and, besides, one number alone: 0 and -inf."""
    if bool(tensor.isnan().any()) or bool(tensor.isposinf().any() and tensor.isneginf().any()):
        return False
    finite = tensor.detach()[tensor.isfinite()]
    return not finite.numel() or bool((finite == finite[0]).all())


def _of_tensor(origin: Origin, known: dict[str, Any], weights: Weights, batch: dict[int, str], names: dict[int, str], births: Any) -> list[Any]:
    tensor, met = origin.tensor, origin.met
    place = storage(tensor)
    entries = met.stack if met is not None else []
    born = "weight" if tensor in weights and not _is_variable(tensor, names.get(place, ""), entries) else "input"
    name = (weights.name(tensor) if born == "weight" else "") or names.get(place) or ("" if place in batch else attribute_of(place, entries))
    rows, columns = bad_rows(tensor), bad_columns(tensor)
    update = update_of(tensor) if born == "weight" and STEPS.finished_steps else None
    written = _written_over(place, tensor, births) if born == "input" else update.built if update else written_by(tensor, weights, entries)
    if born == "input" and written is not None:
        known |= {"repeat": "", "why": "the step writes over it in place, so what came in is not known"}
    return [
        NonFinite(
            born=born, name=name, output=tensor_of(tensor), rows=rows if born == "input" else (), columns=columns if born == "input" else (),
            rows_of=int(tensor.shape[0]) if tensor.dim() else None, never_filled=births.was_never_filled(tensor),
            operator=met.name if met is not None else "", frames=tuple(frame_of(*entry) for entry in entries),
            stage=Stage.DATA if born == "input" else None, written=written,
            updated_by=update.optimizer if update else "", scalars=(update.eps,) if update else (),
            averaged_by=averaged_by(tensor) if born == "weight" else "", **known,
        ),
        layer_of(entries) if entries else None,
    ]  # fmt: skip


def _is_variable(tensor: Any, name: str, entries: Sequence[Entry]) -> bool:
    """Whether a buffer is a tensor that a variable of the user's holds and nobody has written to since: class weights that a loss was given."""
    values = [entry[0].f_locals.get(name) for entry in entries if is_users(entry[0].f_code.co_filename)]
    is_given = not (tensor.requires_grad or tensor.is_inference() or tensor._version)
    return is_given and any(is_tensor(value) and storage(value) == storage(tensor) for value in values)


def _written_over(place: int, tensor: Any, births: Any) -> Frame | None:
    """Where the step itself writes over a tensor that was there before it: it may have done so before, and what came in is lost."""
    entries = births.written.get(place)
    if entries is None or is_reloaded(tensor):
        return None
    return next((frame for frame in (frame_of(*entry) for entry in reversed(entries)) if frame.user), None)


def _of_entering(birth: Birth, known: dict[str, Any]) -> list[Any]:
    """Values that came into the step from outside of PyTorch: out of an array, a list or a number."""
    frames = tuple(frame_of(*entry) for entry in birth.stack)
    rows_of = int(birth.output.shape[0]) if birth.output.dim() else None
    rows, columns = bad_rows(birth.output), bad_columns(birth.output)
    return [NonFinite(born="input", output=tensor_of(birth.output), frames=frames, rows=rows, columns=columns, rows_of=rows_of, stage=Stage.DATA, entered="python", **known)]


def _of_birth(birth: Birth, known: dict[str, Any], births: Any, own: str, weights: Weights) -> list[Any]:
    of_weights = own == "own gradient" and birth.node is None  # gradients of weights, which have no rows of the batch
    entries = birth.stack if own or birth.node is None else births.sites.get(birth.node, birth.stack)
    frames = tuple(frame_of(*entry) for entry in entries)
    return [
        NonFinite(
            born=own or ("backward" if birth.node is not None else "forward"),
            operator=birth.name,
            frames=frames,
            stage=Stage.BACKWARD if own or birth.node is not None else stage_in_step(birth, frames, births, weights),
            inputs=tuple((birth.seen or [tensor_of(link.tensor) for link in birth.links])[:SHOWN]),
            output=tensor_of(birth.output),
            node=birth.node_name if birth.node is None else births.nodes.get(birth.node, birth.node_name),
            rows=() if of_weights else bad_rows(birth.output, came_in=birth.nan and any(link.infinite for link in birth.links)),
            rows_of=int(birth.output.shape[0]) if birth.output.dim() else None,
            half=_is_finite_in_full(birth),
            dropped=known["met"] == "gradient" and birth.node is None and not own,
            scalars=tuple(float(value) for value in birth.scalars[:4]),
            **known,
        ),
        layer_of(entries),
    ]


def _is_finite_in_full(birth: Birth) -> bool:
    """Whether an operator that left the range of a half stays finite in float32: it is run once more, in float32."""
    torch = sys.modules["torch"]
    halves = (torch.float16, torch.bfloat16)
    if birth.output.dtype not in halves or birth.again is None or any(not link.finite for link in birth.links):
        return False
    func, args, kwargs = birth.again
    if birth.name == "_to_copy":
        return all(link.finite for link in birth.links)

    def full(value: Any) -> Any:
        if is_tensor(value):
            return value.float() if value.dtype in halves else value
        if isinstance(value, (list, tuple)):
            return type(value)(full(item) for item in value)
        return torch.float32 if value in halves else value

    try:
        output = func(*full(args), **{name: full(value) for name, value in kwargs.items()})
    except Exception:
        return False
    outputs = [output] if is_tensor(output) else [one for one in output if is_tensor(one)]
    return all(bool(one.isfinite().all()) for one in outputs if one.is_floating_point())


def _batch_storages() -> dict[int, str]:
    """The tensors of the batches that loaders handed out last, by storage."""
    kept = [history.kept for history in LOADERS.recent()[:3] if history.kept is not None]
    return {storage(tensor): "" for batch in kept for tensor in tensors_in(batch)}
