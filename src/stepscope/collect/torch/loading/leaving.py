"""Whether an object is let go because an exception leaves the frame that held it: on a `for` loop's own iterator no name is left."""

from __future__ import annotations

import gc
import inspect
import sys
import weakref
from types import FrameType, TracebackType
from typing import Any


def is_left_by_exception(frame: FrameType | None) -> bool:
    """Whether an exception is on its way out of this frame: then its traceback holds the frame, before anything in the frame is let go.

    A generator that is let go is closed by an exception of its own, so the frame outside of it tells. The heap is only searched where something holds the frame.
    """
    while frame is not None and frame.f_code.co_flags & inspect.CO_GENERATOR:
        frame = frame.f_back
    if frame is None or sys.getrefcount(frame) <= _UNHELD:
        return False
    return any(isinstance(holder, TracebackType) and holder.tb_frame is frame for holder in gc.get_referrers(frame))


def _references_to_a_frame() -> int:
    """What `sys.getrefcount` gives, where `is_left_by_exception` asks, of a frame that nothing holds: it differs between versions of Python."""
    counted: list[int] = []

    def asked(frame: FrameType | None) -> None:
        counted.append(sys.getrefcount(frame))

    def let_go(_: Any) -> None:
        asked(sys._getframe(1))

    class Held:
        pass

    held = Held()
    watched = weakref.ref(held, let_go)
    del held
    return counted[0] if watched() is None else 0


_UNHELD = _references_to_a_frame()
