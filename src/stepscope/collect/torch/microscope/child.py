"""In the forked child (or in place): attempts at the failed step, one after the other, until one has computed something."""

from __future__ import annotations

import json
import traceback
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from stepscope.collect.process import channel
from stepscope.collect.torch.autograd.history import models
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.forked.isolation import isolate
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.microscope.repeating.again import Attempt, Repeat, attempts, run
from stepscope.collect.torch.microscope.repeating.aim import Aim
from stepscope.collect.torch.microscope.repeating.held import let_go
from stepscope.collect.torch.microscope.repeating.names import not_restored
from stepscope.collect.torch.microscope.repeating.operands import is_finite, tensors
from stepscope.collect.torch.microscope.repeating.quiet import quiet
from stepscope.collect.torch.microscope.repeating.redrawn import redraw
from stepscope.collect.torch.microscope.repeating.rest import lost_names
from stepscope.collect.torch.microscope.samples.proof import Proven, of_numpy, prove
from stepscope.collect.torch.microscope.samples.reload import is_worn, put_back, reload_written
from stepscope.collect.torch.microscope.tracing.attributes import carried
from stepscope.collect.torch.microscope.tracing.births import Births
from stepscope.collect.torch.microscope.tracing.own_state import begun_otherwise
from stepscope.collect.torch.microscope.tracing.own_update import with_own_update
from stepscope.collect.torch.microscope.tracing.verdict import verdict
from stepscope.collect.torch.microscope.tracing.weights import Weights
from stepscope.collect.torch.microscope.watching.parameters import parameters_of, without_gradients
from stepscope.collect.torch.microscope.watching.random_states import distinct
from stepscope.collect.torch.microscope.watching.sentinel import SENTINEL
from stepscope.collect.torch.steps import STEPS
from stepscope.collect.torch.tensors import tensors_in
from stepscope.evidence import NonFinite


def answer(keep: int, aim: Aim, stack: Sequence[Entry], start: int, rest: bool) -> bytes:
    """What came of the attempts from number `start` on: a JSON text with `likeness`, `pieces` (evidence), `proven`, `why`, and the number of the `next`."""
    try:
        isolate(keep)
        let_go(stack)
        reload_written()
        told = attempted(aim, stack, start, rest)
    except Exception as problem:
        told = {**NOTHING, "why": f"{type(problem).__name__}: {problem}", "trouble": traceback.format_exc()}
    return json.dumps(told).encode()


NOTHING: dict[str, Any] = {"likeness": "", "pieces": [], "proven": Proven(), "why": "", "next": None}
_WORN = "its batch had been written over in place, and could not be loaded again"
_OWN_STATE = "but for {}, which the step itself writes: it was not finite any more, and other numbers stood in for it"
_TOO_LATE = "it begins with what the step itself has made before"
_REST = "from line {} on, with the values that its names hold: what comes before it has moved on"


def attempted(aim: Aim, stack: Sequence[Entry], start: int, rest: bool = False, proves: bool = True) -> dict[str, Any]:
    """What came of the first attempt, from number `start` on, that has computed something. It leaves gradients and buffers as the repeat made them."""
    optimizers = STEPS.optimizers
    failed, kept = bad_gradients(optimizers, stack), carried(stack)
    with quiet(_before_step):
        for attempt in attempts(stack, distinct(list(SENTINEL.beginnings.ring)), rest):
            if attempt.number < start:
                continue
            for parameter in _trained(optimizers, stack):
                parameter.grad = None
            if proves:
                redraw(attempt.unit)
            repeat = Repeat(aim, Births(), lambda: bad_gradients(optimizers, stack))
            repeat.failed, repeat.carried = failed, kept
            SENTINEL.repeat = repeat
            put_back()
            came = run(attempt, repeat, SENTINEL.beginnings.states.put_back, _batch_of(aim))
            if came != "untouched":
                return _told(came, attempt, repeat, stack, proves)
    return NOTHING


def _before_step(optimizer: Any) -> None:
    """What becomes of an optimizer's step while a step is repeated: it finds no gradients."""
    SENTINEL.repeat.stepping()
    without_gradients(optimizer)


def _batch_of(aim: Aim) -> Any:
    """The batch of a step that is over, where the loss was read late; the frames hold the next one."""
    return next((history.kept for history in LOADERS.recent()[:1]), None) if aim.met == "late" else None


def _told(came: str, attempt: Attempt, repeat: Repeat, stack: Sequence[Entry], proves: bool) -> dict[str, Any]:
    worn = came == "reached" and is_worn(repeat.births.written)
    if worn and repeat.likeness == "exact":
        repeat.likeness = "near"
    told = {**NOTHING, "likeness": repeat.likeness, "why": "" if came == "reached" else came, "next": _next(came, attempt)}
    if came != "reached":
        return told
    pieces = _shown(attempt, repeat, stack, proves)
    if not pieces:
        return {**told, "why": _TOO_LATE}
    repeat, pieces = _of_its_own(attempt, repeat, pieces, stack, proves)
    if worn and not pieces[0].why:
        pieces[0] = replace(pieces[0], why=_WORN)
    if proves and pieces[0].entered and (frames := of_numpy(attempt, repeat)):
        pieces[0] = replace(pieces[0], entered="numpy", frames=tuple(frames))
    if proves and told["likeness"] == "exact" and _is_given(pieces[0], attempt):
        told["likeness"] = "near"  # a larger part may show where it was made
    if attempt.unit.skipped is not None:
        told["why"] = _REST.format(attempt.unit.body[0].lineno)
    return {**told, "pieces": json.loads(channel.encode(pieces)), "proven": prove(attempt, repeat, pieces[0], stack) if proves else Proven()}


def _shown(attempt: Attempt, repeat: Repeat, stack: Sequence[Entry], proves: bool) -> list[Any]:
    """The evidence of a repeat that failed again."""
    weights = _weights(stack)
    own = [*not_restored(attempt.unit, lost_names(attempt.unit)), *repeat.carried]
    told = verdict(repeat, weights, stack, own)
    pieces = [piece for piece in told if piece is not None]
    return [with_own_update(pieces[0], weights), *pieces[1:]] if pieces and proves else pieces


def _of_its_own(attempt: Attempt, repeat: Repeat, pieces: list[Any], stack: Sequence[Entry], proves: bool) -> tuple[Repeat, list[Any]]:
    """Where it began with a buffer that the step itself writes: the repeat that began with other numbers, if it fails in one place whatever they are."""
    if pieces[0].born != "weight":
        return repeat, pieces
    last, found = repeat, []
    for last in begun_otherwise(repeat):
        for parameter in _trained(STEPS.optimizers, stack):
            parameter.grad = None
        SENTINEL.repeat = last
        put_back()
        if run(attempt, last, SENTINEL.beginnings.states.put_back, _batch_of(repeat.aim)) != "reached":
            return repeat, pieces
        last.likeness = "near" if repeat.likeness == "exact" else repeat.likeness
        found.append(_shown(attempt, last, stack, proves))
    if not found or not all(found) or len({_place(each[0]) for each in found}) > 1 or found[0][0].born in ("weight", "input", "unknown"):
        return repeat, pieces
    return last, [replace(found[-1][0], why=_OWN_STATE.format(f"`{pieces[0].name}`" if pieces[0].name else "a tensor")), *found[-1][1:]]


def _place(step: NonFinite) -> tuple[Any, ...]:
    return step.born, step.operator, step.line, step.rows


def _is_given(step: NonFinite, attempt: Attempt) -> bool:
    """Whether what was not finite came into a function from its caller, and not as the loaders gave it."""
    given = [tensor for history in LOADERS.recent()[:2] for tensor in tensors_in(history.kept)]
    return step.born == "input" and not step.entered and attempt.unit.loop is None and all(map(is_finite, given))


def _weights(stack: Sequence[Entry]) -> Weights:
    variables = {id(value): name for frame, _, _ in stack for name, value in list(frame.f_locals.items()) if name != "self"}
    return Weights(models(list(stack)), parameters_of(STEPS.optimizers) or SENTINEL.gradients.leaves.tensors, variables)


def _next(came: str, attempt: Attempt) -> int | None:
    """The attempt to go on with. Where the body of a loop has failed again, no code around its frame is run: it would begin the training anew."""
    if attempt.unit.skipped is not None:
        return attempt.number + 1
    follows = attempt.number + 1 if came in ("reached", "nothing went wrong") else attempt.others
    return None if came == "reached" and attempt.unit.loop is not None and follows >= attempt.outside else follows


def bad_gradients(optimizers: Sequence[Any], stack: Sequence[Entry]) -> list[Any]:
    """The gradients that are not finite: of the optimizers' parameters, or where there is no optimizer, of the models in sight."""
    return [gradient for gradient in tensors([p.grad for p in _trained(optimizers, stack)]) if not bool(gradient.isfinite().all())]


def _trained(optimizers: Sequence[Any], stack: Sequence[Entry]) -> list[Any]:
    return parameters_of(optimizers) or SENTINEL.gradients.leaves.tensors or [p for model in models(list(stack)) for p in model.parameters()]
