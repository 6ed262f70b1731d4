"""In the child: which samples made the step fail, proven by repeating it with others in their place."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.microscope.repeating.again import Attempt, Proof, Repeat, run
from stepscope.collect.torch.microscope.repeating.lines import is_array_of, watched
from stepscope.collect.torch.microscope.samples.beside import is_beside
from stepscope.collect.torch.microscope.samples.drawn import Drawn, drawn_in, parts_of
from stepscope.collect.torch.microscope.samples.reload import put_back
from stepscope.collect.torch.microscope.samples.remade import guilty_places
from stepscope.collect.torch.microscope.samples.rows import Place, layouts, others_in, places, rows_of_parts
from stepscope.collect.torch.microscope.watching.parameters import without_gradients
from stepscope.collect.torch.microscope.watching.sentinel import SENTINEL
from stepscope.collect.torch.steps import STEPS
from stepscope.evidence import Frame, NonFinite

ALONE, SECONDS, SOON = 16, 2.0, 0.5
"""So many rows are tried by themselves within so many seconds; more of them only where that is soon done."""
_COMPUTED = ("forward", "backward")
"""Where it began in an operator that the whole batch went through: one number, all of its rows, or rows of another kind (boxes, positives)."""


class Proven(NamedTuple):
    """Rows without which the step is finite.

    They are rows of the batch; with `loader` (a place among the recent ones) and `listed`, places in that loader's index list. `picked` are the indices that
    the statements picked of a larger tensor for this batch. `beside` is true where what came in not finite is no loader's.
    """

    rows: tuple[int, ...] = ()
    picked: tuple[int, ...] = ()
    loader: int | None = None
    listed: bool = False
    beside: bool = False


def prove(attempt: Attempt, repeat: Repeat, step: NonFinite, stack: Sequence[Entry]) -> Proven:
    """What can be proven of the samples; the loader whose batch was worked on is told in any case."""
    drawn = drawn_in(stack, broken=step.born == "input")
    loader = drawn[0].place if drawn else None
    if step.born == "input" and drawn and is_beside(attempt.unit, repeat.births, drawn, step.name):
        return Proven(beside=True)
    groups = places(attempt, repeat.births) if step.rows and step.rows_of else []
    groups = [group for group in groups if not (group[0].picked and drawn) or any(each.gave(group[0]) for each in drawn)]
    fitting = [(group, rows) for group in groups for rows in layouts(step.rows, step.rows_of or 0, len(group[0].order))]
    parts = dict.fromkeys(rows_of_parts(step.rows, step.rows_of or 0, repeat.births.joined) if groups else ())
    joined = [(group, rows, True) for size, rows in parts for group in groups if len(group[0].order) == size]
    for group, rows, is_joined in (*joined, *((*each, False) for each in fitting)):
        for one, part in parts_of(group, drawn, is_joined):
            proven = _proven(attempt, repeat, part, rows, one)
            if proven is not None:
                return proven
    of_batch = any(each.gave(group[0]) for group, _ in fitting for each in drawn if not group[0].picked and len(group[0].order) == step.rows_of)
    others = not of_batch and len(drawn) == 1 and (step.born in _COMPUTED or bool(step.rows and drawn[0].history.own_order))
    return (_by_reloading(attempt, repeat, (), drawn[0]) if others else None) or Proven(loader=loader)


def _proven(attempt: Attempt, repeat: Repeat, part: list[Place], rows: tuple[int, ...], drawn: Drawn | None) -> Proven | None:
    """What the repeats prove of rows of these places."""
    if drawn is not None and drawn.history.own_order and not part[0].picked:
        found = _by_reloading(attempt, repeat, rows, drawn) if len(rows) == 1 or len(part[0].order) != len(drawn.indices) else None
        if found is not None:
            return found
    guilty = _guilty(attempt, repeat, part, rows) if drawn is None or drawn.gave(part[0]) else ()
    return _placed(part[0], guilty, drawn) if guilty else None


def _guilty(attempt: Attempt, repeat: Repeat, group: Sequence[Place], rows: tuple[int, ...]) -> tuple[int, ...]:
    """Those of the rows that are proven by themselves: without all of them the step is finite, with one of them alone it is not.

    Rows that only took something of a bad one (mixed with it, compared with it) are finite again without it. Where two of one sample fail the
    step only together, none is named.
    """

    def outcome(replaced: tuple[int, ...]) -> str:
        put_back()
        with others_in(group, replaced) as changed:
            return _outcome(attempt, repeat) if changed else ""

    if outcome(rows) != "finite":
        return ()
    if len(rows) == 1:
        return rows
    began = time.monotonic()

    def has_time(tried: int) -> bool:
        return time.monotonic() - began < (SECONDS if tried < ALONE else SOON)

    return tuple(row for tried, row in enumerate(rows) if has_time(tried) and outcome(tuple(other for other in rows if other != row)) == "not finite")


def _placed(at: Place, rows: tuple[int, ...], drawn: Drawn | None) -> Proven:
    """Rows that are proven, as rows of the loader's batch where they were picked of it, else as what the statements picked."""
    place = drawn.place if drawn is not None else None
    if not at.picked:
        return Proven(rows, loader=place)
    of_loader = drawn is not None and drawn.holds(at.tensor)
    return Proven(tuple(at.order[row] for row in rows), loader=place) if of_loader else Proven(rows, at.order)


def _by_reloading(attempt: Attempt, repeat: Repeat, rows: tuple[int, ...], drawn: Drawn) -> Proven | None:
    """The sample that the step fails with, or all of them, told where the user's own collate function may have changed their order, or the rows are those of no tensor of the batch."""
    found = guilty_places(lambda batch: _outcome(attempt, repeat, batch), rows, drawn)
    return Proven(found, loader=drawn.place, listed=True) if found else None


def of_numpy(attempt: Attempt, repeat: Repeat) -> list[Frame]:
    """The frames at the line that has made the array which came into the step not finite: it is run once more, line by line."""
    entered = [birth.output.isfinite().numpy() for birth in repeat.births.births if birth.has_entered and birth.output.is_cpu]
    return watched(lambda: _outcome(attempt, repeat), lambda value, **_: is_array_of(value, entered))[1]


def _outcome(attempt: Attempt, repeat: Repeat, batch: Any = None) -> str:
    for optimizer in STEPS.optimizers:
        without_gradients(optimizer)
    proof = Proof(repeat)
    SENTINEL.repeat = proof
    run(attempt, proof, SENTINEL.beginnings.states.put_back, batch)
    return proof.outcome
