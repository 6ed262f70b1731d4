"""From a step that is not finite to its diagnosis: the step is repeated in forked children until one comes out as the step did."""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
import weakref
from collections.abc import Sequence
from dataclasses import replace
from types import FrameType
from typing import Any

from stepscope.collect.process import channel
from stepscope.collect.torch.batches import tensors_inside_out, batch_of
from stepscope.collect.torch.blame import Blamed
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.history import models
from stepscope.collect.torch.loaders import LOADERS
from stepscope.collect.torch.microscope.aim import Aim, names_at
from stepscope.collect.torch.microscope.fork import ask, can_fork
from stepscope.collect.torch.microscope.sentinel import SENTINEL
from stepscope.collect.torch.observe import moment_at
from stepscope.collect.torch.sites import SITES
from stepscope.collect.torch.slicing import rows_of_index_vector, rows_of_slice
from stepscope.collect.torch.steps import STEPS
from stepscope.collect.trouble import trouble
from stepscope.collect.unseen import is_ours
from stepscope.evidence import Course, NonFinite, Observation, Stage

TRIES = 6
"""Children asked at most."""
PATIENCE = 20.0
"""Seconds that the repeat of a short step may take; a long step's may take ten times as long as the step."""
_GRADES = ("exact", "near", "other", "")


def look(met: str, value: float, loss: Any, frame: FrameType) -> bytes | None:
    """Diagnose the step that is under way: an observation, as the run folder holds it."""
    stack = stack_at(frame)
    reference = weakref.ref(loss) if loss is not None else None
    aim = Aim(met, value, reference, names_at(frame))
    return diagnose(aim, stack)


def diagnose(aim: Aim, stack: Sequence[Entry]) -> bytes | None:
    """The best repeat's observation: the first that came out bit for bit, else the nearest."""
    moment = moment_at(stack, Stage.BACKWARD if aim.met == "gradient" else Stage.LOSS)
    course = _course()
    if not can_fork():
        return channel.encode(Observation(moment, course, _unrepeated(aim, "this process cannot be forked")))
    best: dict[str, Any] | None = None
    why, start, until = "", 0, time.monotonic() + PATIENCE + 10 * STEPS.usual_seconds
    for _ in range(TRIES):
        answer = ask(lambda keep, start=start: _answer(keep, aim, stack, start), max(until - time.monotonic(), 1.0))  # type: ignore[misc]
        if answer is None:
            why = "the repeated step died, or took too long"
            break
        told = json.loads(answer)
        why = told["why"] or why
        if "trouble" in told:
            trouble("could not repeat the step", RuntimeError(told["trouble"] if "STEPSCOPE_DEBUG" in os.environ else told["why"]))
        if told["pieces"] and (best is None or _GRADES.index(told["likeness"]) < _GRADES.index(best["likeness"])):
            best = told
        if told["next"] is None or (best and best["likeness"] == "exact") or time.monotonic() > until:
            break
        start = told["next"]
    if best is None:
        return channel.encode(Observation(moment, course, _unrepeated(aim, why or "no part of the code computes the loss anew")))
    seen = channel.decode(json.dumps(best["pieces"]).encode())
    step = seen.get(NonFinite)
    if step is not None and step.stage is not None:
        moment = replace(moment, stage=step.stage)
    return channel.encode(Observation(moment, course, *seen, batch_of(list(stack), _blamed(stack, tuple(best["rows"])))))


def _blamed(stack: Sequence[Entry], rows: tuple[int, ...]) -> Blamed | None:
    """The samples that these rows of the batch are; None where the loader's list does not tell."""
    seen = tensors_inside_out(list(stack))
    for history in LOADERS.recent()[:2] if rows else []:
        indices = history.holding(seen) or history.current()
        if indices and max(rows) < len(indices) and not history.own_order:
            return Blamed(history, indices, rows)
    cut = rows_of_slice(list(stack)) or rows_of_index_vector(list(stack)) if rows else ()
    return Blamed(None, cut, rows) if cut and max(rows) < len(cut) else None


def _answer(keep: int, aim: Aim, stack: Sequence[Entry], start: int) -> bytes:
    """In the child: what came of it, or what went wrong with ourselves."""
    try:
        told = _child(keep, aim, stack, start)
    except Exception as problem:
        told = {"likeness": "", "pieces": [], "why": f"{type(problem).__name__}: {problem}", "next": None, "trouble": traceback.format_exc()}
    return json.dumps(told).encode()


def _child(keep: int, aim: Aim, stack: Sequence[Entry], start: int) -> dict[str, Any]:
    """Attempts from number `start` on, until one has computed something."""
    from stepscope.collect.torch.microscope import again
    from stepscope.collect.torch.microscope.births import Births
    from stepscope.collect.torch.microscope.isolation import isolate
    from stepscope.collect.torch.microscope.verdict import Weights, verdict

    isolate(keep)
    optimizers = STEPS.optimizers
    again.quiet(_without_gradients)
    SENTINEL.ring, ring = SENTINEL.ring.__class__(), list(SENTINEL.ring)
    why = ""
    for attempt in again.attempts(stack, ring):
        if attempt.number < start:
            continue
        for optimizer in optimizers:
            _without_gradients(optimizer)
        repeat = again.Repeat(aim, Births(), lambda: _bad_gradients(optimizers, stack))
        SENTINEL.repeat = repeat
        came = again.run(attempt, repeat, SENTINEL.states.put_back)
        if came == "untouched":
            continue
        pieces: list[Any] = []
        rows: tuple[int, ...] = ()
        if came == "reached":
            pieces = [piece for piece in verdict(repeat, Weights(models(list(stack)), _parameters(optimizers)), stack) if piece is not None]
            rows = _proven(attempt, repeat, pieces[0])
        else:
            why = came
        pieces = json.loads(channel.encode(pieces))
        return {"likeness": repeat.likeness, "pieces": pieces, "rows": rows, "why": why, "next": attempt.number + 1}
    return {"likeness": "", "pieces": [], "why": why, "next": None}


def _proven(attempt: Any, repeat: Any, step: NonFinite) -> tuple[int, ...]:
    """The rows of the batch without which the same step is finite."""
    from stepscope.collect.torch.microscope import again
    from stepscope.collect.torch.microscope.births import Births
    from stepscope.collect.torch.microscope.rows import put_others, rows_in_batch

    rows = rows_in_batch(attempt, step.rows, step.rows_of)
    if not rows or not put_others(attempt, rows):
        return ()
    for optimizer in STEPS.optimizers:
        _without_gradients(optimizer)
    SENTINEL.repeat = proof = again.Proof(repeat, Births())
    again.run(attempt, proof, SENTINEL.states.put_back)
    return rows if proof.proven else ()


def _without_gradients(optimizer: Any) -> None:
    for parameter in _parameters([optimizer]):
        parameter.grad = None


def _parameters(optimizers: Sequence[Any]) -> list[Any]:
    return [parameter for optimizer in optimizers for group in optimizer.param_groups for parameter in group["params"]]


def _bad_gradients(optimizers: Sequence[Any], stack: Sequence[Entry]) -> list[Any]:
    parameters = _parameters(optimizers) or [p for model in models(list(stack)) for p in model.parameters()]
    return [p.grad for p in parameters if p.grad is not None and not bool(p.grad.isfinite().all())]


def stack_at(frame: FrameType | None) -> list[Entry]:
    """The running frames from here outwards without ours, outermost first."""
    found: list[Entry] = []
    while frame is not None:
        if not is_ours(frame):
            found.append((frame, frame.f_lineno, frame.f_lasti))
        frame = frame.f_back
    return found[::-1]


def _course() -> Course:
    torch = sys.modules["torch"]
    optimizers = STEPS.optimizers
    rates = [(float(group.get("lr", 0)), optimizer) for optimizer in optimizers for group in optimizer.param_groups]
    rate, optimizer = max(rates, key=lambda pair: pair[0], default=(None, None))
    largest = 0.0
    with torch.no_grad():
        for parameter in _parameters(optimizers):
            finite = parameter.detach().abs()
            finite = finite[finite.isfinite()]
            largest = max(largest, float(finite.max()) if finite.numel() else 0.0)
    return Course(
        losses=tuple(SENTINEL.losses),
        optimizer=type(optimizer).__name__ if optimizer is not None else "",
        lr=rate,
        largest_weight=largest if optimizers else None,
        built=SITES.of(optimizer) if optimizer is not None else None,
        scaled=SENTINEL.scalers.in_use(),
    )


def _unrepeated(aim: Aim, why: str) -> NonFinite:
    return NonFinite(met=aim.met, kind="nan" if aim.value != aim.value else "inf", born="unknown", why=why)
