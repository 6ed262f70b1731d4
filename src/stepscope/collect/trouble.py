"""Our own failures: one line on standard error, and the run goes on."""

from __future__ import annotations

import os
import sys

LETTERS = 300
"""Of an exception's text that are said: PyTorch lists all of its backends in some."""
_told: set[str] = set()


def trouble(what: str, problem: BaseException) -> None:
    """Say once what did not work. With STEPSCOPE_DEBUG set, with its traceback.

    Raises the problem again where it is none of ours: a handler of the user's own for a signal (a time limit) raised it while we were at work.
    """
    if _came_of_a_signal(problem):
        raise problem
    if what in _told:
        return
    _told.add(what)
    try:
        words = " ".join(str(problem).split())
        print(f"stepscope: {what}: {type(problem).__name__}: {words[:LETTERS]}{'...' * (len(words) > LETTERS)}. The run goes on.", file=sys.__stderr__)
        if os.environ.get("STEPSCOPE_DEBUG"):
            import traceback

            traceback.print_exception(type(problem), problem, problem.__traceback__, file=sys.__stderr__)
    except Exception:
        return


def _came_of_a_signal(problem: BaseException) -> bool:
    import signal

    from stepscope.collect.owner import is_users

    handlers = [signal.getsignal(number) for number in signal.valid_signals()]
    codes = [getattr(getattr(handler, "__func__", handler), "__code__", None) for handler in handlers]
    entry = problem.__traceback__
    while entry is not None:
        if entry.tb_frame.f_code in codes and is_users(entry.tb_frame.f_code.co_filename):
            return True
        entry = entry.tb_next
    return False
