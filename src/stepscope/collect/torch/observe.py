"""An exception that leaves a PyTorch run becomes an observation: every collector looks at the frames it left."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import FrameType
from typing import Any, TypeVar

from stepscope.collect.empties import empty_of
from stepscope.collect.failure import failure_of, frame_of
from stepscope.collect.machine import machine_now
from stepscope.collect.owner import is_users, running_script
from stepscope.collect.picture import picture_of
from stepscope.collect.primary import primary
from stepscope.collect.recursion import recursion_of
from stepscope.collect.refused import refused_of
from stepscope.collect.source import entries
from stepscope.collect.spoken import file_of
from stepscope.collect.torch.autograd.history import history_of
from stepscope.collect.torch.autograd.plain import optimizer_of, plain_modules_of
from stepscope.collect.torch.autograd.reuse import reused_of
from stepscope.collect.torch.autograd.writes import own_backward_of, written_of
from stepscope.collect.torch.blaming.batches import batch_of, remainder_of
from stepscope.collect.torch.blaming.beside import row_beside
from stepscope.collect.torch.blaming.blame import blame_of
from stepscope.collect.torch.blaming.labels import labels_of
from stepscope.collect.torch.blaming.longer import longer_of
from stepscope.collect.torch.blaming.rows import indexed_of
from stepscope.collect.torch.callee import callee_of
from stepscope.collect.torch.calls import Entry, call_of
from stepscope.collect.torch.layers import head_activation, head_of, layer_of
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.loading.workers import at_loop, late_worker_of, worker_death_of
from stepscope.collect.torch.lookups import lacked_of, lookup_of
from stepscope.collect.torch.position import Position, position_of
from stepscope.collect.torch.regrouped import regrouped_of
from stepscope.collect.torch.stages import stage_of
from stepscope.collect.torch.steps import STEPS
from stepscope.collect.trouble import trouble
from stepscope.collect.unequal import unequal_of
from stepscope.collect.unseen import is_ours
from stepscope.evidence import Batch, Failure, Moment, Observation, Stage

T = TypeVar("T")
ENDS = 40
"""Frames looked at on each end of a stack that ran out."""


def observe(exception: BaseException, worker: int | None = None) -> Observation:
    """Everything that can be seen of this exception, best effort: a collector that fails leaves its part out."""
    LOADERS.stand_still()
    outer, exception = exception, primary(exception)
    failure = failure_of(exception)
    if outer is not exception:
        failure = replace(failure, causes=(*failure.causes, failure_of(outer)))
    stack = _stack(outer, exception)
    if (struck := at_loop(stack)) is not stack:
        stack, failure = struck, replace(failure, frames=tuple(frame_of(*entry) for entry in struck))
    observation = Observation(failure, moment_of(failure, stack, worker), _try("the machine", machine_now))
    if isinstance(exception, RecursionError):
        ends = [*stack[:ENDS], *stack[-ENDS:]] if len(stack) > 2 * ENDS else stack
        batch = _try("the batch", lambda: batch_of(ends)) if "torch" in sys.modules else None
        return observation.with_(_try("the recursion", lambda: recursion_of(exception, stack)), batch)
    observation = observation.with_(_try("what is empty", lambda: empty_of(stack)), _try("what was refused", lambda: refused_of(stack, exception)))
    if "torch" in sys.modules:
        observation = observation.with_(*_torch_pieces(stack, exception))
    batch = observation.get(Batch)
    return observation.with_(_try("the file", lambda: file_of(failure, batch, stack)), _try("the picture", lambda: picture_of(stack, batch)), _try("the mask", lambda: unequal_of(stack)))


def _stack(outer: BaseException, exception: BaseException) -> list[Entry]:
    """The frames of an exception; of one that was caught and wrapped, those above the place where it was caught too."""
    own, above = ([entry for entry in entries(one.__traceback__) if not is_ours(entry[0])] for one in (exception, outer))
    caught = next((place for place, entry in enumerate(above) if own and entry[0] is own[0][0]), 0)
    return [*above[:caught], *own]


def _torch_pieces(stack: list[Entry], exception: BaseException) -> list[Any]:
    labels = _try("the labels", lambda: labels_of(stack))
    classes = labels.classes if labels else 0
    head = _try("the head", lambda: head_of(stack, classes)) if labels else None
    blame = _try("the samples to blame", lambda: blame_of(stack) or row_beside(stack) or longer_of(stack, exception))
    batch = _try("the batch", lambda: batch_of(stack, blame, lacked_of(stack, exception)))
    return [
        _try("the call", lambda: call_of(stack)),
        _try("the layer", lambda: layer_of(stack)),
        labels,
        head and replace(head, activation=_try("the head", lambda: head_activation(stack))),
        batch,
        _try("the short last batch", lambda: remainder_of(stack)),
        _try("the index", lambda: indexed_of(stack)),
        _try("the worker", lambda: worker_death_of(stack, exception)),
        _try("the late worker", lambda: late_worker_of(stack, exception)),
        _try("the history", lambda: history_of(stack, exception)),
        _try("the rows regrouped", lambda: regrouped_of(stack, exception)),
        _try("the graph used twice", lambda: reused_of(stack, exception)),
        _try("the tensors written over", lambda: written_of(stack, exception)),
        _try("the user's own backward", lambda: own_backward_of(exception)),
        _try("the plain lists of modules", lambda: plain_modules_of(stack, exception)),
        _try("the optimizer", lambda: optimizer_of(stack)),
        _try("the function called", lambda: callee_of(stack)),
        _try("the key looked up", lambda: lookup_of(stack, exception)),
    ]


def moment_of(failure: Failure, stack: list[Entry], worker: int | None = None) -> Moment:
    """Where the run was when the exception was raised."""
    return moment_at(stack, stage_of(failure), worker)


def moment_at(stack: Sequence[Entry], stage: Stage | None, worker: int | None = None) -> Moment:
    """Where the run is, with these frames on the stack."""
    latest = next(iter(LOADERS.recent()), None)
    begun = bool(STEPS.finished_steps or latest)
    position = _try("the place in the loop", lambda: position_of(list(stack), begun)) if "torch" in sys.modules else None
    position = position or Position()
    under_way = 0 if position.stepped and STEPS.finished_steps else 1
    counted = STEPS.finished_steps or STEPS.may_be_first(latest.begun if latest else 0)
    return Moment(
        stage=stage,
        around=position.stage,
        step=STEPS.finished_steps + under_way if counted and (begun or LOADERS.in_worker) else None,
        epoch=_epoch([frame for frame, _, _ in stack]),
        rank=_rank(),
        worker=worker,
        time=time.time(),
        pid=os.getpid(),
        script=running_script(),
    )


def _rank() -> int | None:
    """As the launcher says, or the group that the program has made by itself (`torch.multiprocessing.spawn`)."""
    told = os.environ.get("RANK", "")
    if told.isdigit():
        return int(told)
    group = sys.modules.get("torch.distributed")
    grouped = group is not None and group.is_available() and group.is_initialized() and group.get_world_size() > 1
    return int(group.get_rank()) if group is not None and grouped else None


def _epoch(frames: list[FrameType]) -> int | None:
    """The user's own counter of epochs, by its name."""
    for frame in reversed(frames):
        if is_users(frame.f_code.co_filename):
            for name in ("epoch", "ep", "epoch_idx", "current_epoch"):
                value = frame.f_locals.get(name)
                if isinstance(value, int) and not isinstance(value, bool):
                    return value
    return None


def _try(what: str, collect: Callable[[], T]) -> T | None:
    try:
        return collect()
    except Exception as problem:
        trouble(f"could not read {what}", problem)
        return None
