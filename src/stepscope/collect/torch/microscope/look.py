"""From a step that is not finite to its diagnosis: the step is repeated in forked children until one comes out as the step did."""

from __future__ import annotations

import json
import os
import re
import time
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import FrameType
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.process import channel
from stepscope.collect.source import line_text
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.microscope.aim import Aim, names_at
from stepscope.collect.torch.microscope.child import answer, bad_gradients
from stepscope.collect.torch.microscope.course import course_now
from stepscope.collect.torch.microscope.fork import ask, can_fork
from stepscope.collect.torch.microscope.proof import Proven
from stepscope.collect.torch.microscope.provenance import with_provenance
from stepscope.collect.torch.microscope.sentinel import SENTINEL
from stepscope.collect.torch.observe import moment_at
from stepscope.collect.torch.steps import STEPS
from stepscope.collect.torch.tensors import is_tensor
from stepscope.collect.trouble import trouble
from stepscope.collect.unseen import is_ours
from stepscope.evidence import NonFinite, Observation, Stage

TRIES = 6
"""Children asked at most."""
PATIENCE = 20.0
"""Seconds that the repeat of a short step may take; a long step's may take ten times as long as the step."""
_NOT_FINITE = re.compile(r"nan\b|\binf(inite|inity)?\b|finite\b|isinf|diverge|explod|satisfy the constraint", re.IGNORECASE)
"""Words of a check for NaN and infinity."""
_THINNED = "the random states of this step were not noted: its steps are shorter than the budget pays for (--budget 10%)"
_GRADES = ("exact", "near", "other", "")


def look(met: str, value: float, loss: Any, frame: FrameType) -> bytes:
    """Diagnose the step that is under way: an observation, as the run folder holds it."""
    reference = weakref.ref(loss) if loss is not None else None
    return channel.encode(diagnose(Aim(met, value, reference, names_at(frame)), stack_at(frame)))


def look_back(stack: Sequence[Entry], raised: str, words: str) -> Observation | None:
    """Diagnose a step whose loss made the user's own code, or a library's, raise or leave. None where it was about something else.

    The frames may be those of an exception that has left them: what they name is still there.
    """
    users = [entry for entry in stack if is_users(entry[0].f_code.co_filename)]
    if not users or SENTINEL.repeat is not None:
        return None
    frame, line, _ = users[-1]
    about = " ".join([words, *(line_text(frame.f_code.co_filename, number, frame) for number in range(line - 3, line + 1))])
    value = next(_broken_numbers(stack[stack.index(users[-1]) :]), None)
    if value is None or not _NOT_FINITE.search(about):
        return None
    return diagnose(Aim("raise", value, None, names_at(frame), (raised, frame.f_code.co_filename, line)), stack)


def stack_at(frame: FrameType | None) -> list[Entry]:
    """The running frames from here outwards without ours, outermost first."""
    found: list[Entry] = []
    while frame is not None:
        if not is_ours(frame):
            found.append((frame, frame.f_lineno, frame.f_lasti))
        frame = frame.f_back
    return found[::-1]


def diagnose(aim: Aim, stack: Sequence[Entry]) -> Observation:
    """What the best repeat shows: the first that came out bit for bit, else the nearest."""
    moment = replace(moment_at(stack, Stage.BACKWARD if aim.met == "gradient" else Stage.LOSS), step=_step(aim))
    course = course_now()
    seen = Observation(moment, course)
    best, why = _best(aim, stack) if can_fork() and aim.met != "late" else _best_in_place(aim, stack)
    if best is None:
        return seen.with_(_unrepeated(aim, why or "no part of the code computes the loss anew"))
    if not SENTINEL.knows_randomness():
        best["pieces"][0]["value"]["why"] = "; ".join(filter(None, (best["pieces"][0]["value"]["why"], _THINNED)))
    pieces = channel.decode(json.dumps(best["pieces"]).encode())
    rows, picked, loader, listed = best["proven"]
    return with_provenance(seen.with_(*pieces), Proven(tuple(rows), tuple(picked), loader, listed), stack)


def _step(aim: Aim) -> int:
    """The step that failed; where no optimizer tells of steps, its backward counts."""
    if not STEPS.optimizers:
        return max(SENTINEL.backwards, 1)
    return STEPS.finished_steps + (aim.met != "late")


def _best(aim: Aim, stack: Sequence[Entry]) -> tuple[dict[str, Any] | None, str]:
    """The best of the repeats, as its child told it, and why there is none, or no better one."""
    best: dict[str, Any] | None = None
    why, start, until = "", 0, time.monotonic() + PATIENCE + 10 * STEPS.usual_seconds
    for _ in range(TRIES):
        text = ask(lambda keep, start=start: answer(keep, aim, stack, start), max(until - time.monotonic(), 1.0))  # type: ignore[misc]
        if text is None:
            return best, "the repeated step died, or took too long"
        told = json.loads(text)
        why = told["why"] or why
        if "trouble" in told:
            trouble("could not repeat the step", RuntimeError(told["trouble"] if "STEPSCOPE_DEBUG" in os.environ else told["why"]))
        if told["pieces"] and (best is None or _GRADES.index(told["likeness"]) < _GRADES.index(best["likeness"])):
            best = told
        if told["next"] is None or (best and best["likeness"] == "exact") or time.monotonic() > until:
            break
        start = told["next"]
    return best, why


def _best_in_place(aim: Aim, stack: Sequence[Entry]) -> tuple[dict[str, Any] | None, str]:
    """As `_best`, where this process cannot be forked."""
    from stepscope.collect.torch.microscope.in_place import MOVED, repeat_in_place

    best: dict[str, Any] | None = None
    why, start = "", 0
    for _ in range(TRIES):
        told = repeat_in_place(aim, stack, start)
        why, start = told["why"] or why, told["next"]
        if told["pieces"] and (best is None or _GRADES.index(told["likeness"]) < _GRADES.index(best["likeness"])):
            best = told
            told["pieces"][0]["value"]["why"] = MOVED
        if start is None or (best and best["likeness"] == "exact"):
            break
    return best, why


def _broken_numbers(stack: Sequence[Entry]) -> Iterator[float]:
    """What the frames name that is NaN or infinite: a number, or a tensor that holds one."""
    for frame, _, _ in reversed(stack):
        for value in list(frame.f_locals.values()):
            if isinstance(value, float) and value - value != 0:
                yield value
            elif is_tensor(value) and value.is_floating_point() and value.device.type == "cpu" and not bool(value.isfinite().all()):
                yield float("nan") if bool(value.isnan().any()) else float("inf")


def _unrepeated(aim: Aim, why: str) -> NonFinite:
    is_nan = aim.value != aim.value or any(bool(gradient.isnan().any()) for gradient in bad_gradients(STEPS.optimizers, ()))
    return NonFinite(met="loss" if aim.met == "late" else aim.met, kind="nan" if is_nan else "inf", born="unknown", why=why)
