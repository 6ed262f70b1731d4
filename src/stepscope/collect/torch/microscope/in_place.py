"""Where a process cannot be forked (Windows, CUDA in use) the step is repeated in place, and what it moves is put back as far as it is known."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from stepscope.collect.torch.autograd.history import models
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.forked.fork import at_most
from stepscope.collect.torch.forked.undisturbed import undisturbed
from stepscope.collect.torch.layers import walk_modules
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.microscope.child import NOTHING, attempted
from stepscope.collect.torch.microscope.repeating.aim import Aim
from stepscope.collect.torch.microscope.repeating.alone import alone
from stepscope.collect.torch.microscope.repeating.held import held
from stepscope.collect.torch.microscope.repeating.kept import kept
from stepscope.collect.torch.microscope.repeating.kept import put_back as put_names_back
from stepscope.collect.torch.microscope.repeating.undone import Undone
from stepscope.collect.torch.microscope.watching.parameters import parameters_of
from stepscope.collect.torch.microscope.watching.sentinel import SENTINEL
from stepscope.collect.torch.resolve import stored_attributes
from stepscope.collect.torch.steps import STEPS
from stepscope.collect.torch.tensors import is_tensor

MOVED = "in place: what the step's own code moves beside weights, random numbers and counters (an open file, objects further off) has moved by one step"
"""What a report says of such a repeat."""


def repeat_in_place(aim: Aim, stack: Sequence[Entry], start: int, rest: bool, seconds: float) -> dict[str, Any]:
    """What the repeat shows, as a child would tell it; no samples are proven, for that would write over the batch.

    A loss that was read late belongs to the step before: its weights and its batch take the place of the present ones while it is repeated.
    """
    if held(stack):
        return {**NOTHING, "why": "the step holds a lock, which it would wait for again"}
    ring, late = SENTINEL.beginnings.ring.copy(), aim.met == "late"
    if late and not SENTINEL.shadow.swap():
        return {**NOTHING, "why": "the loss was read one step later, and the weights of its step were not kept"}
    try:
        with put_back(stack), alone(stack), _batches_before() if late else nullcontext(), _limited(seconds):
            if late:
                SENTINEL.beginnings.ring.pop()
            return attempted(aim, stack, start, rest, proves=False)
    except TimeoutError:
        return {**NOTHING, "why": "the repeated step took too long"}
    finally:
        if late:
            SENTINEL.shadow.swap()
        SENTINEL.repeat = None
        SENTINEL.beginnings.ring = ring


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """What waits for others is given up, where a signal can reach it: in the main thread, and not on Windows."""
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        with undisturbed(), at_most(seconds):
            yield
    else:
        yield


@contextmanager
def _batches_before() -> Iterator[None]:
    """The loaders' batches of the step before, in the place of the latest."""
    histories = [(history, history.latest) for history in LOADERS.recent()]
    for history, _ in histories:
        history.latest = history.before
    try:
        yield
    finally:
        for history, latest in histories:
            history.latest = latest


@contextmanager
def put_back(stack: Sequence[Entry]) -> Iterator[None]:
    """Put back, at the end, what a repeated step moves: tensors that it writes over, random states, gradients, buffers, and the names of the modules whose frames are on the stack."""
    state = SENTINEL.beginnings.states.take()
    gradients = [(parameter, parameter.grad) for parameter in parameters_of(STEPS.optimizers)]
    buffers = [(buffer, buffer.clone()) for model in models(list(stack)) for buffer in _buffers(model)]
    names = {id(frame.f_globals): (frame.f_globals, dict(frame.f_globals)) for frame, _, _ in stack}
    undone = Undone()
    try:
        with kept(stack), undone:
            yield
    finally:
        undone.put_back()
        for scope, before in names.values():
            put_names_back(scope, before)
        for buffer, value in buffers:
            buffer.data.copy_(value)
        for parameter, gradient in gradients:
            parameter.grad = gradient
        SENTINEL.beginnings.states.put_back(state)


def _buffers(model: Any) -> Iterator[Any]:
    for module in [model, *(below for _, below, _ in walk_modules(model))]:
        yield from (buffer for buffer in (stored_attributes(module).get("_buffers") or {}).values() if is_tensor(buffer))
