"""Repeats of a step, one child after the other, until one comes out as the step did."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.forked.fork import ask, can_fork
from stepscope.collect.torch.microscope.child import answer
from stepscope.collect.torch.microscope.repeating.aim import Aim
from stepscope.collect.torch.microscope.repeating.units import read_ahead
from stepscope.collect.torch.microscope.samples.reload import seconds_to_reload
from stepscope.collect.torch.microscope.watching.sentinel import SENTINEL
from stepscope.collect.torch.steps import STEPS
from stepscope.collect.trouble import trouble

TRIES = 6
"""Children asked at most, for whole parts of the code and for their rests."""
PATIENCE, PATIENCE_FOR_REST, STEPS_LONG = 3.0, 1.5, 10
"""Seconds that the repeats of a short step may take (one that waits for a lock of another thread never ends); those of a long one take ten times the step."""
BUSIEST = 4.0
"""How many times as long they may take where more processes want to run than there are cores: tuning jobs side by side, ranks, a test run."""
_GRADES = ("exact", "near", "other", "")

Told = dict[str, Any]


def best_of(aim: Aim, stack: Sequence[Entry]) -> tuple[Told | None, str]:
    """The best of the repeats, as its child told it, and why there is none, or no better one."""
    took = max(STEPS.usual_seconds, time.perf_counter() - SENTINEL.beginnings.at)
    read_ahead(stack)
    once = _forked(aim, stack) if can_fork() and aim.met != "late" else _in_place(aim, stack)
    best, why = _series(once, False, PATIENCE * _busy() + STEPS_LONG * took)
    if best is not None and best["likeness"] != "other":
        return best, why
    rest, _ = _series(once, True, PATIENCE_FOR_REST * _busy() + STEPS_LONG * took)
    if rest is not None and _is_better(rest, best):
        rest["pieces"][0]["value"]["why"] = "; ".join(filter(None, (rest["pieces"][0]["value"]["why"], rest["why"])))
        return rest, why
    return best, why


def _busy() -> float:
    """How many processes want each core at present; at least 1."""
    try:
        return min(max(os.getloadavg()[0] / (os.cpu_count() or 1), 1.0), BUSIEST)
    except (OSError, AttributeError):  # not on Windows
        return 1.0


Once = Callable[[int, bool, float], "Told | None"]


def _series(once: Once, rest: bool, seconds: float) -> tuple[Told | None, str]:
    best: Told | None = None
    why, start, until = "", 0, time.monotonic() + seconds + seconds_to_reload()
    for _ in range(TRIES):
        told = once(start, rest, max(until - time.monotonic(), 0.5))
        if told is None:
            return best, "the repeated step died, or took too long"
        why = told["why"] or why
        if told["pieces"] and _is_better(told, best):
            best = told
        if told["next"] is None or (best and best["likeness"] == "exact") or time.monotonic() > until:
            break
        start = told["next"]
    return best, why


def _is_better(one: Told, other: Told | None) -> bool:
    return other is None or _GRADES.index(one["likeness"]) < _GRADES.index(other["likeness"])


def _forked(aim: Aim, stack: Sequence[Entry]) -> Once:
    def once(start: int, rest: bool, seconds: float) -> Told | None:
        text = ask(lambda keep: answer(keep, aim, stack, start, rest), seconds)
        told: Told | None = json.loads(text) if text is not None else None
        if told is not None and "trouble" in told:
            trouble("could not repeat the step", RuntimeError(told["trouble"] if "STEPSCOPE_DEBUG" in os.environ else told["why"]))
        return told

    return once


def _in_place(aim: Aim, stack: Sequence[Entry]) -> Once:
    """Where this process cannot be forked."""
    from stepscope.collect.torch.microscope.in_place import MOVED, repeat_in_place

    def once(start: int, rest: bool, seconds: float) -> Told:
        told = repeat_in_place(aim, stack, start, rest, seconds)
        if told["pieces"]:
            told["pieces"][0]["value"]["why"] = MOVED
        return told

    return once
