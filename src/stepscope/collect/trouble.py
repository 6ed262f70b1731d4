"""Our own failures: one line on standard error, and the run goes on."""

from __future__ import annotations

import os
import sys

_told: set[str] = set()


def trouble(what: str, problem: BaseException) -> None:
    """Say once what did not work. With STEPSCOPE_DEBUG set, with its traceback."""
    if what in _told:
        return
    _told.add(what)
    try:
        print(f"stepscope: {what}: {type(problem).__name__}: {problem}. The run goes on.", file=sys.__stderr__)
        if os.environ.get("STEPSCOPE_DEBUG"):
            import traceback

            traceback.print_exception(type(problem), problem, problem.__traceback__, file=sys.__stderr__)
    except Exception:
        return
