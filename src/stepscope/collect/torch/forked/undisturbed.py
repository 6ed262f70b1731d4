"""While a step is looked at the program's clocks stand still, and its signals wait: a time limit of its own is one for its own work."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

_LEFT_ALONE = {getattr(signal, name) for name in ("SIGINT", "SIGCHLD") if hasattr(signal, name)}
"""Who presses Ctrl-C wants an end now; of deaths the fork itself takes care."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """Timers of the program's are stopped, and go on from there at the end; what its handlers would have heard of meanwhile they hear then.

    Its handlers run in the main thread alone: where that is not at work here, nothing is held back.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []
    timers = _stopped()
    handlers = _held(lambda number, _: arrived.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for which, (left, interval) in timers.items():
            signal.setitimer(which, left, interval)
        for number in dict.fromkeys(arrived):
            signal.raise_signal(number)


def _stopped() -> dict[int, tuple[float, float]]:
    """The timers of this process, each with the seconds that it has left and its interval; they stand still now."""
    timers = [getattr(signal, name) for name in ("ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF") if hasattr(signal, name)]
    return {which: signal.setitimer(which, 0) for which in timers}


def _held(note: Any) -> dict[int, Any]:
    """The program's own handlers, by their signals, which `note` hears of from now on."""
    held: dict[int, Any] = {}
    for number in signal.valid_signals() - _LEFT_ALONE:
        handler = signal.getsignal(number)
        if callable(handler):
            with suppress(OSError, ValueError):
                signal.signal(number, note)
                held[number] = handler
    return held
