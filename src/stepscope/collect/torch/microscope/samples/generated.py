"""A batch of a generator of the user's own: its frame still stands at the `yield`, and says which rows it took, and which line made them not finite."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from types import FrameType, GeneratorType
from typing import Any

import numpy as np

from stepscope.collect.owner import is_users
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.microscope.repeating.rest import first_broken
from stepscope.collect.torch.resolve import stored_attributes
from stepscope.collect.torch.tensors import is_tensor
from stepscope.evidence import Frame

TWO = 2
"""Rows that a batch has at least: those of one sample alone may occur anywhere."""


def line_in_generator(name: str, stack: Sequence[Entry]) -> Frame | None:
    """The line of a generator that made what the user's frames call by this name; None where no generator, or more than one, has handed it out."""
    users = [entry[0] for entry in reversed(stack) if is_users(entry[0].f_code.co_filename)]
    batch = next((value for frame in users if (value := _array(frame.f_locals.get(name))) is not None), None)
    if batch is None:
        return None
    found = [line for frame in _suspended() for line in _line(frame, batch)]
    return found[0] if len(found) == 1 else None


def rows_in_generator(size: int, stack: Sequence[Entry]) -> tuple[int, ...]:
    """Which rows of a table of the user's a generator has handed out as a batch of this size, proven by comparing them; empty where nothing proves one choice.

    The table is one that the frames name, or the generator's own object holds: what a generator has shuffled for itself is numbered by nobody else.
    """
    users = [entry[0] for entry in stack if is_users(entry[0].f_code.co_filename)]
    named = [value for frame in users for value in (*frame.f_locals.values(), *(frame.f_globals.get(name) for name in frame.f_code.co_names))]
    parts = [found for frame in users[-1:] for value in frame.f_locals.values() if (found := _table(value)) is not None and len(found) == size]
    if size < TWO or not parts:
        return ()
    chosen = set()
    for frame in _suspended():
        held = [*named, *stored_attributes(frame.f_locals.get("self")).values()]
        wholes = {id(value): found for value in held if (found := _table(value)) is not None and len(found) > size}
        choices = [rows for value in frame.f_locals.values() for rows in _choices(value, size)]
        chosen |= {rows for rows in choices for whole in wholes.values() if max(rows) < len(whole) and any(_is_same(part, whole[list(rows)]) for part in parts)}
    return chosen.pop() if len(chosen) == 1 else ()


def _table(value: Any) -> Any:
    """Rows of numbers that tell samples apart: single labels are alike in many of them."""
    found = _array(value)
    return found if found is not None and found.ndim > 1 else None


def _choices(value: Any, size: int) -> Iterator[tuple[int, ...]]:
    """The rows that a variable may choose: a list of indices, or the place at which a slice begins."""
    if isinstance(value, int) and value >= 0:
        yield tuple(range(value, value + size))
    elif isinstance(value, list) or (is_tensor(value) and value.device.type == "cpu") or isinstance(value, np.ndarray):
        rows = np.asarray(value) if len(np.shape(value)) == 1 and len(value) == size else np.zeros(0)
        if rows.dtype.kind in "iu" and rows.size and rows.min() >= 0:
            yield tuple(rows.tolist())


def _suspended() -> Iterator[FrameType]:
    """The frames of the user's generators that wait at a `yield`."""
    for one in gc.get_objects():
        if type(one) is GeneratorType and one.gi_frame is not None and not one.gi_running and is_users(one.gi_code.co_filename):
            yield one.gi_frame


def _line(frame: FrameType, batch: Any) -> Iterator[Frame]:
    held = {name for name, value in frame.f_locals.items() if _is_same(_array(value), batch)}
    began = first_broken([(frame, frame.f_lineno, frame.f_lasti)]) if held else None
    if began is not None and began[0] in held:
        yield began[1]


def _array(value: Any) -> Any:
    """The numbers of a tensor or an array; None where it is neither."""
    if is_tensor(value):
        return value.detach().float().numpy() if value.device.type == "cpu" and value.is_floating_point() else None
    return value if isinstance(value, np.ndarray) and value.dtype.kind == "f" else None


def _is_same(one: Any, other: Any) -> bool:
    return one is not None and one.shape == other.shape and bool(np.allclose(one, other, rtol=1e-5, atol=1e-6, equal_nan=True))
