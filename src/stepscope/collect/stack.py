"""A call stack folded: the calls that repeat are told once, with their number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .repetition import longest_repetition

# The first argument of these is an iterator, a new one each time.
_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
_SHOWN = 6


@dataclass(frozen=True)
class Entry:
    """One call on a stack.

    `function` is the qualified name if it is known. `key` tells the object apart that the call works on,
    `self` or the first argument, by its `id` while the frame is alive; None if there is none or it is a
    number or a text.
    """

    file: str
    line: int
    function: str
    key: int | None = None


@dataclass(frozen=True)
class Fold:
    """A stack as `prefix`, `period` taken `times` over (at least 2), `suffix`; outermost call first.

    The number of calls is that of the stack. Each entry of the period shows the line most often seen at its
    place. `same_objects`: True if the calls come back to the same objects (a circle, or a `self` that all
    levels share), False if each level has objects of its own (depth), None if the keys do not tell.
    """

    prefix: tuple[Entry, ...]
    period: tuple[Entry, ...]
    times: int
    suffix: tuple[Entry, ...]
    same_objects: bool | None


def fold(stack: Sequence[Entry]) -> Fold | None:
    """The stack, outermost call first, around its longest repetition; None if nothing repeats.

    Calls are the same if file and function are, so that a function that calls itself on two lines still
    folds. What is left of a last time cut short begins the suffix. Linear on a stack that mostly repeats, n
    log n on any.
    """
    found = longest_repetition([(entry.file, entry.function) for entry in stack])
    if found is None:
        return None
    times = found.length // found.period
    end = found.start + times * found.period
    places = [stack[found.start + place : end : found.period] for place in range(found.period)]
    return Fold(
        prefix=tuple(stack[: found.start]),
        period=tuple(_usual(place) for place in places),
        times=times,
        suffix=tuple(stack[end:]),
        same_objects=_same_objects(places),
    )


def describe(folded: Fold) -> str:
    """In one line: "`Block.forward → Child.forward`, 2 frames, 493 times"."""
    names = [entry.function for entry in folded.period]
    shown = names if len(names) <= _SHOWN else [*names[: _SHOWN - 1], "…", names[-1]]
    frames = "1 frame" if len(names) == 1 else f"{len(names)} frames"
    return f"`{' → '.join(shown)}`, {frames}, {folded.times} times"


def _usual(place: Sequence[Entry]) -> Entry:
    line = Counter(entry.line for entry in place).most_common(1)[0][0]
    return next(entry for entry in place if entry.line == line)


def _same_objects(places: Sequence[Sequence[Entry]]) -> bool | None:
    shares = [share for share in map(_distinct_share, places) if share is not None]
    if not shares:
        return None
    # A circle shows each of its objects at least twice; places that disagree tell nothing.
    if max(shares) <= 0.5:
        return True
    return False if min(shares) == 1 else None


def _distinct_share(place: Sequence[Entry]) -> float | None:
    keys = [entry.key for entry in place]
    if None in keys or place[0].function.endswith(_COMPREHENSIONS):
        return None
    return len(set(keys)) / len(keys)
