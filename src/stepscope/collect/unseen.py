"""Our own frames, and the user's exceptions without them."""

from __future__ import annotations

from types import FrameType, TracebackType


def is_ours(frame: FrameType) -> bool:
    """Whether the frame is stepscope's own."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] == "stepscope"


def without_ours(traceback: TracebackType | None) -> TracebackType | None:
    """The same traceback as it would be if we were not there: our frames are taken out of the chain."""
    while traceback is not None and is_ours(traceback.tb_frame):
        traceback = traceback.tb_next
    entry = traceback
    while entry is not None:
        while entry.tb_next is not None and is_ours(entry.tb_next.tb_frame):
            entry.tb_next = entry.tb_next.tb_next
        entry = entry.tb_next
    return traceback


def unseen(exception: BaseException) -> None:
    """Take our frames out of an exception that is on its way through a wrap of ours. A bare `raise` has to follow.

    In Python 3.10 a bare `raise` puts the first traceback entry back, so that one frame of ours stays.
    """
    exception.__traceback__ = without_ours(exception.__traceback__)
