"""The samples and the lines behind a step that failed: what the child has proven, told in the terms of the user's data."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from stepscope.collect.owner import is_users
from stepscope.collect.torch.blaming.batches import batch_of
from stepscope.collect.torch.blaming.blame import Blamed
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.loading.loader_history import History
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.microscope.samples.beside import made_at
from stepscope.collect.torch.microscope.samples.drawn import drawn_in
from stepscope.collect.torch.microscope.samples.generated import line_in_generator, rows_in_generator
from stepscope.collect.torch.microscope.samples.loaded_again import Found, ask_samples, whose_rows
from stepscope.collect.torch.microscope.samples.proof import Proven
from stepscope.collect.torch.microscope.samples.streams import is_stream
from stepscope.collect.torch.syntax import frame_at, function_of, loops_around
from stepscope.evidence import Batch, Course, Frame, NonFinite, Observation


def with_provenance(seen: Observation, proven: Proven, stack: Sequence[Entry]) -> Observation:
    """The observation with the samples to blame; of a batch that was not finite when it was handed out, with the line that made it so."""
    step = seen.get(NonFinite)
    if step is None:
        return seen
    step = _of_its_maker(step, proven, stack)
    came_in = step.born == "input" and not step.dropped and not proven.beside
    found, loaded = _of_loading(proven, stack) if came_in else (None, None)
    if found is not None and found.sound and step.entered:
        found = None
    elif found is not None and found.sound:
        found, step = None, replace(step, repeat="", why=step.why or "loaded again, its samples are finite: something has changed them since")
    elif found is not None and step.written is not None:  # the step writes over its batch, and what came in was bad already
        step = replace(step, written=None, repeat="near", why="")
    batch = batch_of(list(stack), loaded or _blamed(proven, step.rows_of or 0, stack))
    batch = _as_proven(batch, proven, step, seen.get(Course)) if batch is not None else None
    if found is None and came_in and step.written is None and not step.entered:
        loaded_by = batch.loader if batch is not None else None
        given = loaded_by or (_loop_of(stack) if proven.loader is not None or LOADERS.recent() else None)
        given = given or line_in_generator(step.name, stack)
        found = Found((), (given,)) if given is not None else None
    if found is not None:
        step = replace(step, frames=found.frames, stage=found.stage, file=found.file, made=found.line)
    if batch is not None and batch.culprits and sum(not history.is_over for history in LOADERS.recent()) > 1:
        step = replace(step, drawn_from=batch.loader)
    return seen.with_(step, replace(seen.moment, stage=step.stage or seen.moment.stage), batch)


def _of_its_maker(step: NonFinite, proven: Proven, stack: Sequence[Entry]) -> NonFinite:
    """What stood beside the batches, or was there where no loader is, with the statement that has made it."""
    if step.born != "input" or not (proven.beside or (step.name and not step.entered and step.written is None and not LOADERS.recent())):
        return step
    return replace(step, beside=proven.beside, made=made_at(step.name.partition("[")[0], stack))


def _as_proven(batch: Batch, proven: Proven, step: NonFinite, course: Course | None) -> Batch:
    """The batch without culprits where no sample is to blame; as a list of samples alone where the rows that are not finite stand elsewhere in it."""
    if _is_nobodys(step, course):
        return replace(batch, culprits=(), files={})
    return replace(batch, listed=proven.listed and not set(batch.culprits) <= set(step.rows))


def _is_nobodys(step: NonFinite, course: Course | None) -> bool:
    """Whether the training had diverged: whichever rows overflowed first, no sample is to blame."""
    return course is not None and course.diverged and step.born != "input" and not step.half


def _blamed(proven: Proven, rows_of: int, stack: Sequence[Entry]) -> Blamed | None:
    """The samples that the rows are; None where neither the loader's list nor the statements tell."""
    history, indices = _loader(proven, stack)
    if not proven.rows:
        return Blamed(history, indices, ()) if indices and len(drawn_in(stack)) > 1 else None
    if history is not None and indices and max(proven.rows) < len(indices):
        rows = whose_rows(history, indices, proven.rows) if history.own_order and not proven.listed else proven.rows
        return Blamed(history, indices, rows) if rows else None
    picked = proven.picked or (rows_in_generator(rows_of, stack) if history is None else ())
    return Blamed(None, picked, proven.rows) if max(proven.rows) < len(picked) else None


def _of_loading(proven: Proven, stack: Sequence[Entry]) -> tuple[Found | None, Blamed | None]:
    """Where the samples of the batch became not finite, as they are loaded again, and which they are."""
    history, indices = _loader(proven, stack)
    if history is None:
        history = next((each for each in LOADERS.recent() if is_stream(each.dataset) and not each.is_over), None)
    if history is None:
        return None, None
    known = proven.rows if max(proven.rows, default=0) < len(indices) and not history.own_order else ()
    found = ask_samples(history, indices, known)
    return found, Blamed(history, indices, found.rows) if found is not None and found.rows else None


def _loader(proven: Proven, stack: Sequence[Entry]) -> tuple[History | None, tuple[int, ...]]:
    """The loader whose batch the step worked on, and the batch's indices."""
    recent = LOADERS.recent()
    if proven.loader is None or proven.loader >= len(recent):
        return None, ()
    history = recent[proven.loader]
    indices = next((each.indices for each in drawn_in(stack) if each.history is history), ())
    return history, indices or history.current()


def _loop_of(stack: Sequence[Entry]) -> Frame | None:
    """The head of the innermost loop of the user's: there the batch is taken."""
    for frame, line, _ in reversed(stack):
        function = function_of(frame.f_code) if is_users(frame.f_code.co_filename) else None
        loops = [loop for loop in loops_around(function, line) if isinstance(loop, ast.For)] if function is not None else []
        if loops:
            return frame_at(frame.f_code.co_filename, loops[0].lineno, frame.f_code.co_name)
    return None
