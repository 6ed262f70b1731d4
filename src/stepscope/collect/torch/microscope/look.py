"""From a step that is not finite to its diagnosis: what its best repeat showed."""

from __future__ import annotations

import json
import sys
import weakref
from collections.abc import Sequence
from dataclasses import replace
from types import FrameType
from typing import Any

from stepscope.collect.failure import frame_of
from stepscope.collect.owner import is_users
from stepscope.collect.process import channel
from stepscope.collect.torch.autograd.history import models
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.microscope.child import bad_gradients
from stepscope.collect.torch.microscope.repeating.aim import Aim, names_at
from stepscope.collect.torch.microscope.repeating.raised import EXIT, aim_of
from stepscope.collect.torch.microscope.repeating.rest import first_broken
from stepscope.collect.torch.microscope.samples.proof import Proven
from stepscope.collect.torch.microscope.samples.provenance import with_provenance
from stepscope.collect.torch.microscope.samples.turn import turn_of
from stepscope.collect.torch.microscope.tracing.course import course_now
from stepscope.collect.torch.microscope.tries import best_of
from stepscope.collect.torch.microscope.watching.gradients import kind_of
from stepscope.collect.torch.microscope.watching.leaves import leaves_of
from stepscope.collect.torch.microscope.watching.losses import outside_transforms
from stepscope.collect.torch.microscope.watching.modes import outside_modes
from stepscope.collect.torch.microscope.watching.parameters import parameters_of
from stepscope.collect.torch.microscope.watching.sentinel import SENTINEL
from stepscope.collect.torch.observe import moment_at
from stepscope.collect.torch.resolve import stored_attributes
from stepscope.collect.torch.steps import STEPS
from stepscope.collect.unseen import is_ours
from stepscope.evidence import NonFinite, Observation, Stage

_THINNED = "the random states of this step were not noted: its steps are shorter than the budget pays for (--budget 10%)"


def look(met: str, value: float, loss: Any, frame: FrameType, handed: Sequence[Any] = ()) -> Observation:
    """Diagnose the step that is under way, whose gradients may be `handed` back."""
    reference = weakref.ref(loss) if loss is not None else None
    with outside_transforms(), outside_modes():
        stack = stack_at(frame)
        SENTINEL.pending.left_behind.note(models(stack))
        return diagnose(Aim(met, value, reference, names_at(frame), handed=kind_of(list(handed))), stack)


def look_back(stack: Sequence[Entry], raised: str, words: str) -> Observation | None:
    """Diagnose a step whose loss made the user's own code, or a library's, raise or leave. None where it was about something else.

    The frames may be those of an exception that has left them: what they name is still there.
    """
    aim = aim_of(stack, raised, words) if SENTINEL.repeat is None else None
    return diagnose(aim, stack) if aim is not None else None


def is_over_non_finite(stack: Sequence[Entry]) -> bool:
    """Whether the user's own code leaves here over a check that has found NaN or infinity."""
    return aim_of(stack, EXIT, "") is not None


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
    moment = replace(moment_at(stack, Stage.BACKWARD if aim.met == "gradient" else Stage.LOSS), step=_step(aim, stack))
    seen = _repeated(aim, Observation(moment, course_now()), stack)
    step = seen.get(NonFinite)
    return seen.with_(replace(step, turn=turn_of(stack))) if step is not None and aim.met != "late" else seen


def _repeated(aim: Aim, seen: Observation, stack: Sequence[Entry]) -> Observation:
    best, why = best_of(aim, stack)
    if best is None:
        return seen.with_(_unrepeated(aim, why or "no part of the code computes the loss anew", stack))
    if not SENTINEL.beginnings.knows_randomness():
        best["pieces"][0]["value"]["why"] = "; ".join(filter(None, (best["pieces"][0]["value"]["why"], _THINNED)))
    pieces = channel.decode(json.dumps(best["pieces"]).encode())
    rows, picked, *others = best["proven"]
    return with_provenance(seen.with_(*pieces), Proven(tuple(rows), tuple(picked), *others), stack)


def _step(aim: Aim, stack: Sequence[Entry]) -> int | None:
    """The step that failed; where no optimizer tells of steps, its backward or its function transform counts; where there was neither, it is not known.

    Before the first update of an optimizer all of them belong to the first step: derivatives that the loss is computed with, or parts of an accumulated one.
    """
    if not STEPS.finished_steps and _holds_optimizer(stack):
        return 1 if STEPS.may_be_first(SENTINEL.backwards) else None
    if not STEPS.optimizers:
        return max(SENTINEL.backwards, SENTINEL.transforms) or (1 if [history.begun for history in LOADERS.recent()[:1]] == [1] else None)
    return STEPS.finished_steps if aim.met == "late" else STEPS.under_way(_reached(aim))


def _holds_optimizer(stack: Sequence[Entry]) -> bool:
    """Whether the program has an optimizer at hand, as far as its frames, and the objects in them, name one."""
    kind = sys.modules["torch"].optim.Optimizer
    held = [value for frame, _, _ in stack for value in (*frame.f_locals.values(), *frame.f_globals.values())]
    return any(issubclass(type(one), kind) for value in held for one in (value, *stored_attributes(value).values()))


def _reached(aim: Aim) -> list[Any]:
    """The optimizers that a bad gradient has come to, or that those of the loss will come to."""
    loss = aim.loss() if aim.loss is not None else None
    reached = {id(leaf) for leaf in leaves_of(loss)} if aim.met == "loss" and loss is not None else None
    return [
        optimizer for optimizer in STEPS.optimizers
        if (bad_gradients([optimizer], ()) if reached is None else any(id(parameter) in reached for parameter in parameters_of([optimizer])))
    ]  # fmt: skip


def _unrepeated(aim: Aim, why: str, stack: Sequence[Entry]) -> NonFinite:
    """What is known without a repeat: the variable of the user's that was not finite first, where one is; else the line of the loss."""
    is_nan = aim.value != aim.value or aim.handed == "nan" or any(bool(gradient.isnan().any()) for gradient in bad_gradients(STEPS.optimizers, ()))
    name, line = (aim.met in ("loss", "raise") and first_broken(stack)) or ("", None)
    if name and aim.loss is not None and aim.names.get(name) is aim.loss():  # nothing was bad before it
        name = ""
    users = [frame_of(*entry) for entry in stack if is_users(entry[0].f_code.co_filename)]
    frames = (line,) if line is not None else tuple(users[-1:])
    return NonFinite(met="loss" if aim.met == "late" else aim.met, kind="nan" if is_nan else "inf", born="unknown", name=name, frames=frames, why=why)
