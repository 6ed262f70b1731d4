"""In the child: which samples made the step fail, proven by repeating it with others in their place."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from stepscope.collect.torch.batches import tensors_inside_out
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.loader_history import History
from stepscope.collect.torch.loaders import LOADERS
from stepscope.collect.torch.microscope.again import Attempt, Proof, Repeat, run
from stepscope.collect.torch.microscope.lines import is_array_of, watched
from stepscope.collect.torch.microscope.operands import storage
from stepscope.collect.torch.microscope.parameters import without_gradients
from stepscope.collect.torch.microscope.reload import put_back
from stepscope.collect.torch.microscope.rows import Place, others_in, places, rows_among, tensors_in
from stepscope.collect.torch.microscope.sentinel import SENTINEL
from stepscope.collect.torch.steps import STEPS
from stepscope.evidence import Frame, NonFinite

RELOADS = 12
"""Batches made again at most to find the one sample."""
ALONE, SECONDS = 16, 2.0
"""Rows that are tried by themselves at most, and how long that may take."""


class Proven(NamedTuple):
    """Rows without which the step is finite.

    They are rows of the batch; with `loader` (a place among the recent ones) and `listed`, places in that loader's index list. `picked` are the indices that
    the statements picked of a larger tensor for this batch.
    """

    rows: tuple[int, ...] = ()
    picked: tuple[int, ...] = ()
    loader: int | None = None
    listed: bool = False


def prove(attempt: Attempt, repeat: Repeat, step: NonFinite, stack: Sequence[Entry]) -> Proven:
    """What can be proven of the samples; the loader whose batch was worked on is told in any case."""
    place, history, indices = loader_of(stack)
    groups = places(attempt, repeat.births) if step.rows and step.rows_of else []
    for group in groups:
        order = group[0].order
        rows = rows_among(step.rows, step.rows_of or 0, len(order))
        if not rows:
            continue
        if history is not None and history.own_order and not group[0].picked:
            found = _by_reloading(attempt, repeat, rows, history, indices)
            if found is not None:
                return Proven((found,), loader=place, listed=True)
        guilty = _guilty(attempt, repeat, group, rows) if history is None or _is_of_loader(group[0], history, indices) else ()
        if guilty:
            return _placed(group[0], guilty, place, history)
    return Proven(loader=place)


def _is_of_loader(at: Place, history: History, indices: tuple[int, ...]) -> bool:
    """Whether the rows are those of the loader's batch, or were picked by it of a larger tensor: a table that is asked for noise levels holds no samples."""
    return not at.picked or at.order == indices or _holds(history, at.tensor)


def _holds(history: History, tensor: Any) -> bool:
    return any(storage(tensor) == storage(other) for other in tensors_in(history.kept))


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
    until = time.monotonic() + SECONDS
    return tuple(row for row in rows[:ALONE] if time.monotonic() < until and outcome(tuple(other for other in rows if other != row)) == "not finite")


def _placed(at: Place, rows: tuple[int, ...], place: int | None, history: History | None) -> Proven:
    """Rows that are proven, as rows of the loader's batch where they were picked of it, else as what the statements picked."""
    if not at.picked:
        return Proven(rows, loader=place)
    of_loader = history is not None and _holds(history, at.tensor)
    return Proven(tuple(at.order[row] for row in rows), loader=place) if of_loader else Proven(rows, at.order)


def loader_of(stack: Sequence[Entry]) -> tuple[int | None, History | None, tuple[int, ...]]:
    """The loader whose batch the frames hold, or the repeat asked for again: its place among the recent ones, its history, the batch's indices."""
    seen = tensors_inside_out(list(stack))
    for place, history in enumerate(LOADERS.recent()):
        indices = history.holding(seen) or (history.current() if history.used_again else ())
        if indices or history.used_again:
            return place, history, indices
    return None, None, ()


def _by_reloading(attempt: Attempt, repeat: Repeat, rows: tuple[int, ...], history: History, indices: tuple[int, ...]) -> int | None:
    """The place in the index list of the one sample that made the step fail, where the user's own collate function may have changed their order.

    The batch is made again by the user's own functions, with another sample in that place.
    """
    if history.collate is None or history.dataset is None or len(rows) > 1 or len(indices) < 2:
        return None
    samples = [history.dataset[index] for index in indices]
    for place in [*rows, *(other for other in range(len(indices)) if other not in rows)][:RELOADS]:
        others = [samples[place - 1] if other == place else sample for other, sample in enumerate(samples)]
        if place < len(samples) and _outcome(attempt, repeat, history.collate(others)) == "finite":
            return place
    return None


def of_numpy(attempt: Attempt, repeat: Repeat) -> list[Frame]:
    """The frames at the line that has made the array which came into the step not finite: it is run once more, line by line."""
    entered = [birth.output.isfinite().numpy() for birth in repeat.births.births if birth.name == "lift_fresh" and birth.output.is_cpu]
    return watched(lambda: _outcome(attempt, repeat), lambda value, **_: is_array_of(value, entered))[1]


def _outcome(attempt: Attempt, repeat: Repeat, batch: Any = None) -> str:
    for optimizer in STEPS.optimizers:
        without_gradients(optimizer)
    proof = Proof(repeat)
    SENTINEL.repeats(proof)
    run(attempt, proof, SENTINEL.states.put_back, batch)
    return proof.outcome
