"""Waiting for the command while signals are for it, not for us."""

from __future__ import annotations

import contextlib
import faulthandler
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from stepscope.collect.process.alarms import REQUESTS, STOPS

GRACE_SECONDS = 0.3
"""How long a process may take to show that it got a signal too, before it is passed on."""
AGAIN_SECONDS = 10.0
"""A second signal within this time is impatience; a later one is a new wish."""
_TICK_SECONDS = 1.0
_FROM_KERNEL = 0x80
_WAITS = hasattr(signal, "sigtimedwait")

Arrival = tuple[int, bool]
"""A signal, and whether it is known that the command got it as well."""


@dataclass(frozen=True)
class Stop:
    """A signal that somebody stopped the run with, and when. `written` is how long each file of stacks was before it, in bytes."""

    signal: str
    time: float
    written: dict[str, int] = field(default_factory=dict)


def hold() -> Callable[[], Arrival | None]:
    """Keep the signals that are meant for the command from ending us, to the end of this process; gives the way to await the next."""
    ours = {number for number in (*STOPS, *REQUESTS) if signal.getsignal(number) is not signal.SIG_IGN}
    if not _WAITS:
        return _noted(ours)
    awaited = ours | {signal.SIGCHLD}
    signal.pthread_sigmask(signal.SIG_BLOCK, awaited)

    def arrival() -> Arrival | None:
        got = signal.sigtimedwait(awaited, _TICK_SECONDS)
        # What the kernel sends for a terminal goes to the whole group; another sender may have meant us alone.
        return None if got is None or got.si_signo == signal.SIGCHLD else (got.si_signo, got.si_code == _FROM_KERNEL)

    return arrival


def let_go() -> None:
    """In the command's process, before it becomes the command: nothing is held back from it."""
    if _WAITS:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {*STOPS, *REQUESTS, signal.SIGCHLD})


def wait(
    process: subprocess.Popen[bytes], folder: Path, arrival: Callable[[], Arrival | None], look: Callable[[], None] = lambda: None
) -> tuple[int, Stop | None]:
    """The exit code (negative for a signal), and the signal that stopped the run.

    A signal is passed on where the command does not show that it got it itself. `look` is called every now and then while the command runs.
    """
    stop, written = None, _written(folder)
    while process.poll() is None:
        arrived = arrival()
        if arrived is not None:
            number, shared = arrived
            now = time.time()
            if number in STOPS and (stop is None or now - stop.time > AGAIN_SECONDS):
                stop = Stop(signal.Signals(number).name, now, written)
            if not shared and not _got_it_too(process, folder, written):
                with contextlib.suppress(ProcessLookupError, ValueError):
                    process.send_signal(number)
        written = _written(folder)
        if process.poll() is None:
            look()
    return process.returncode, stop


def _noted(numbers: set[signal.Signals]) -> Callable[[], Arrival | None]:
    """Where a signal's sender is not told (macOS, Windows)."""
    arrived: list[Arrival] = []
    for number in numbers:
        signal.signal(number, lambda number, _: arrived.append((number, not hasattr(faulthandler, "register"))))

    def arrival() -> Arrival | None:
        if not arrived:
            time.sleep(0.02)
        return arrived.pop(0) if arrived else None

    return arrival


def _got_it_too(process: subprocess.Popen[bytes], folder: Path, written: dict[str, int]) -> bool:
    """Whether the command shows a sign of having got the signal itself: it has ended, or a stack of the run was written."""
    until = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None or _written(folder) != written:
            return True
        time.sleep(0.01)
    return False


def _written(folder: Path) -> dict[str, int]:
    """How long each file of stacks is, in bytes."""
    sizes = {}
    for path in folder.glob("*.stopped"):
        with contextlib.suppress(OSError):
            sizes[path.name] = path.stat().st_size
    return {name: size for name, size in sizes.items() if size}
