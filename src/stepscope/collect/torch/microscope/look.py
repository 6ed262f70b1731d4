"""From a step that is not finite to its diagnosis: the step is repeated in forked children until one comes out as the step did."""

from __future__ import annotations

import ast
import json
import os
import re
import sys
import time
import traceback
import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import FrameType
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.process import channel
from stepscope.collect.source import line_text
from stepscope.collect.torch.batches import batch_of, tensors_inside_out
from stepscope.collect.torch.blame import Blamed
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.history import models
from stepscope.collect.torch.loaders import LOADERS
from stepscope.collect.torch.microscope.aim import Aim, names_at
from stepscope.collect.torch.microscope.fork import ask, can_fork
from stepscope.collect.torch.microscope.random_states import distinct
from stepscope.collect.torch.microscope.samples import Found, ask_samples, is_stream, whose_rows, with_samples
from stepscope.collect.torch.microscope.sentinel import SENTINEL
from stepscope.collect.torch.observe import moment_at
from stepscope.collect.torch.sites import SITES
from stepscope.collect.torch.steps import STEPS
from stepscope.collect.torch.syntax import frame_at, function_of, loops_around, only_statement
from stepscope.collect.torch.tensors import is_tensor
from stepscope.collect.trouble import trouble
from stepscope.collect.unseen import is_ours
from stepscope.evidence import Course, Frame, NonFinite, Observation, Stage

TRIES = 6
"""Children asked at most."""
PATIENCE = 20.0
"""Seconds that the repeat of a short step may take; a long step's may take ten times as long as the step."""
_NOT_FINITE = re.compile(r"nan\b|\binf(inite|inity)?\b|finite\b|isinf|diverge|explod|satisfy the constraint", re.IGNORECASE)
"""Words of a check for NaN and infinity."""
_SETS_LR = re.compile(r"\['lr'\] [-+*/]?= ")
_GRADES = ("exact", "near", "other", "")


def look(met: str, value: float, loss: Any, frame: FrameType) -> bytes:
    """Diagnose the step that is under way: an observation, as the run folder holds it."""
    stack = stack_at(frame)
    reference = weakref.ref(loss) if loss is not None else None
    aim = Aim(met, value, reference, names_at(frame))
    return channel.encode(diagnose(aim, stack))


def look_back(stack: Sequence[Entry], raised: str, words: str) -> Observation | None:
    """Diagnose a step whose loss made the user's own code, or a library's, raise or leave. None where it was about something else.

    The frames may be those of an exception that has left them: what they name is still there.
    """
    users = [entry for entry in stack if is_users(entry[0].f_code.co_filename)]
    if not users or SENTINEL.repeat is not None or (not STEPS.optimizers and not SENTINEL.losses):
        return None
    frame, line, _ = users[-1]
    about = " ".join([words, *(line_text(frame.f_code.co_filename, number, frame) for number in range(line - 3, line + 1))])
    value = next(_broken_numbers(stack[stack.index(users[-1]) :]), None)
    if value is None or not _NOT_FINITE.search(about):
        return None
    return diagnose(Aim("raise", value, None, names_at(frame), (raised, frame.f_code.co_filename, line)), stack)


def _broken_numbers(stack: Sequence[Entry]) -> Iterator[float]:
    """What the frames name that is NaN or infinite: a number, or a tensor that holds one."""
    for frame, _, _ in reversed(stack):
        for value in list(frame.f_locals.values()):
            if isinstance(value, float) and value - value != 0:
                yield value
            elif is_tensor(value) and value.is_floating_point() and value.device.type == "cpu" and not bool(value.isfinite().all()):
                yield float("nan") if bool(value.isnan().any()) else float("inf")


def diagnose(aim: Aim, stack: Sequence[Entry]) -> Observation:
    """The best repeat's observation: the first that came out bit for bit, else the nearest."""
    moment = replace(moment_at(stack, Stage.BACKWARD if aim.met == "gradient" else Stage.LOSS), step=STEPS.finished_steps + 1)
    course = _course()
    if not can_fork():
        return Observation(moment, course, _unrepeated(aim, "this process cannot be forked"))
    best, why = _best(aim, stack)
    if best is None:
        return Observation(moment, course, _unrepeated(aim, why or "no part of the code computes the loss anew"))
    return _observed(Observation(moment, course, *channel.decode(json.dumps(best["pieces"]).encode())), best, stack)


def _best(aim: Aim, stack: Sequence[Entry]) -> tuple[dict[str, Any] | None, str]:
    """The best of the repeats, as its child told it, and why there is none, or no better one."""
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
    return best, why


def _observed(seen: Observation, best: dict[str, Any], stack: Sequence[Entry]) -> Observation:
    """With the samples that are to blame, and where a batch that was not finite came from."""
    step = seen.get(NonFinite)
    if step is None:
        return seen
    rows, picked, used = map(tuple, best["rows"])
    found, loaded = _of_loading(stack, used, rows) if step.born == "input" else (None, None)
    batch = batch_of(list(stack), loaded or _blamed(stack, rows, picked, used))
    observed = seen.with_(replace(seen.moment, stage=step.stage or seen.moment.stage), batch)
    if found is None and step.born == "input":
        given = batch.loader if batch is not None and batch.loader is not None else _loop_of(stack)
        found = Found((), (given,)) if given is not None else None
    return with_samples(observed, found) if found is not None else observed


def _loop_of(stack: Sequence[Entry]) -> Frame | None:
    """The head of the innermost loop of the user's: there the batch is taken."""
    for frame, line, _ in reversed(stack):
        function = function_of(frame.f_code) if is_users(frame.f_code.co_filename) else None
        loops = [loop for loop in loops_around(function, line) if isinstance(loop, ast.For)] if function is not None else []
        if loops:
            return frame_at(frame.f_code.co_filename, loops[0].lineno, frame.f_code.co_name)
    return None


def _of_loading(stack: Sequence[Entry], used: tuple[int, ...], rows: tuple[int, ...]) -> tuple[Found | None, Blamed | None]:
    """Where the samples of a batch that was not finite when it was handed out became so, as they are loaded again."""
    seen = tensors_inside_out(list(stack))
    for place, history in enumerate(LOADERS.recent()):
        indices = history.holding(seen) or (history.current() if place in used else ())
        if indices or (is_stream(history.dataset) and (place in used or not history.is_over)):
            found = ask_samples(history, indices, rows if max(rows, default=0) < len(indices) and not history.own_order else ())
            return found, Blamed(history, indices, found.rows) if found is not None and found.rows else None
    return None, None


def _blamed(stack: Sequence[Entry], rows: tuple[int, ...], picked: tuple[int, ...], used: tuple[int, ...]) -> Blamed | None:
    """The samples that these rows of the batch are; None where neither the loader's list nor the statements tell."""
    seen = tensors_inside_out(list(stack))
    for place, history in enumerate(LOADERS.recent()) if rows else ():
        indices = history.holding(seen) or (history.current() if place in used else ())
        if indices and max(rows) < len(indices):
            rows = whose_rows(history, indices, rows) if history.own_order else rows
            return Blamed(history, indices, rows) if rows else None
    return Blamed(None, picked, rows) if picked and rows and max(rows) < len(picked) else None


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
    SENTINEL.ring, states = deque[Any](), distinct(list(SENTINEL.ring))
    why = ""
    for attempt in again.attempts(stack, states):
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
        rows: tuple[tuple[int, ...], tuple[int, ...]] = (), ()
        if came == "reached":
            pieces = [piece for piece in verdict(repeat, Weights(models(list(stack)), _parameters(optimizers)), stack) if piece is not None]
            rows = _proven(attempt, repeat, pieces[0]) if pieces else ((), ())
        else:
            why = came
        raised = came not in ("reached", "nothing went wrong")
        pieces = json.loads(channel.encode(pieces))
        return {"likeness": repeat.likeness, "pieces": pieces, "rows": [*rows, _used_again()], "why": why, "next": attempt.others if raised else attempt.number + 1}
    return {"likeness": "", "pieces": [], "why": why, "next": None}


def _used_again() -> list[int]:
    """Which of the loaders' latest batches the repeat worked on, by their place among the recent ones."""
    return [place for place, history in enumerate(LOADERS.recent()) if history.used_again]


def _proven(attempt: Any, repeat: Any, step: NonFinite) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The rows of the batch without which the same step is finite, and the indices of the batch where its statements picked it themselves."""
    from stepscope.collect.torch.microscope import again
    from stepscope.collect.torch.microscope.births import Births
    from stepscope.collect.torch.microscope.rows import Batch

    batch = Batch(attempt, repeat.births)
    rows = batch.rows(step.rows, step.rows_of)
    if not rows or not batch.put_others(rows):
        return (), ()
    for optimizer in STEPS.optimizers:
        _without_gradients(optimizer)
    SENTINEL.repeat = proof = again.Proof(repeat, Births())
    again.run(attempt, proof, SENTINEL.states.put_back)
    return (rows, batch.indices(step.rows_of or 0)) if proof.proven else ((), ())


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
    rates += [(float(rate), optimizer) for rate in SENTINEL.rates if rate is not None for optimizer in optimizers[:1]]
    rate, optimizer = max(rates, key=lambda pair: (pair[0] - pair[0] != 0, pair[0]), default=(None, None))
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
        lr_set=only_statement(_SETS_LR),
        largest_weight=largest if optimizers else None,
        built=SITES.of(optimizer) if optimizer is not None else None,
        scaled=SENTINEL.scalers.in_use(),
    )


def _unrepeated(aim: Aim, why: str) -> NonFinite:
    is_nan = aim.value != aim.value or any(bool(gradient.isnan().any()) for gradient in _bad_gradients(STEPS.optimizers, ()))
    return NonFinite(met=aim.met, kind="nan" if is_nan else "inf", born="unknown", why=why)
