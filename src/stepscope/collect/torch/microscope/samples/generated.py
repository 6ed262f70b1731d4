"""A batch of a generator of the user's own: its frame still stands at the `yield`, and says which line made the batch not finite."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from types import FrameType, GeneratorType
from typing import Any

import numpy as np

from stepscope.collect.owner import is_users
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.microscope.repeating.rest import first_broken
from stepscope.collect.torch.tensors import is_tensor
from stepscope.evidence import Frame


def line_in_generator(name: str, stack: Sequence[Entry]) -> Frame | None:
    """The line of a generator that made what the user's frames call by this name; None where no generator, or more than one, has handed it out."""
    users = [entry[0] for entry in reversed(stack) if is_users(entry[0].f_code.co_filename)]
    batch = next((value for frame in users if (value := _array(frame.f_locals.get(name))) is not None), None)
    if batch is None:
        return None
    found = [line for frame in _suspended() for line in _line(frame, batch)]
    return found[0] if len(found) == 1 else None


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
