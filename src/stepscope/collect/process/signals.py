"""Waiting for the command while signals are for it, not for us."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from stepscope.collect.process.alarms import REQUESTS, STOPS

GRACE_SECONDS = 0.3
"""How long a process may take to show that it got a signal too, before it is passed on."""
TICK_SECONDS = 1.0
_FROM_KERNEL = 0x80


@dataclass(frozen=True)
class Stop:
    """A signal that somebody stopped the run with, and when. `written` is how long each file of stacks was before it, in bytes."""

    signal: str
    time: float
    written: dict[str, int] = field(default_factory=dict)


@contextlib.contextmanager
def held() -> Iterator[set[int]]:
    """Hold back the signals that are meant for the command, until it has ended and our report is out; gives them."""
    if not hasattr(signal, "sigtimedwait"):
        yield set()
        return
    ours = {number for number in (*STOPS, *REQUESTS) if signal.getsignal(number) is not signal.SIG_IGN}
    signal.pthread_sigmask(signal.SIG_BLOCK, ours | {signal.SIGCHLD})
    yield ours


def free() -> None:
    """In the command's process, before it becomes the command: no signal is held back."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {*STOPS, *REQUESTS, signal.SIGCHLD})


def wait(process: subprocess.Popen[bytes], folder: Path, held: set[int]) -> tuple[int, Stop | None]:
    """The exit code (negative for a signal), and the first of the signals that stopped the run.

    A terminal sends Ctrl-C to the command as well; another sender may have meant us alone, and then it is passed on.
    """
    if not held:
        return _wait_simply(process)
    stop, written = None, _written(folder)
    while process.poll() is None:
        got = signal.sigtimedwait(held | {signal.SIGCHLD}, TICK_SECONDS)
        if got is not None and got.si_signo != signal.SIGCHLD:
            if got.si_signo in STOPS and stop is None:
                stop = Stop(signal.Signals(got.si_signo).name, time.time(), written)
            if got.si_code != _FROM_KERNEL and not _got_it_too(process, folder, written):
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(got.si_signo)
        if got is None or got.si_signo != signal.SIGCHLD:
            written = _written(folder)
    return process.returncode, stop


def _wait_simply(process: subprocess.Popen[bytes]) -> tuple[int, Stop | None]:
    """Where a signal's sender is not told: Ctrl-C reaches the command by the terminal, so we only wait on."""
    stop = None
    while True:
        try:
            return process.wait(), stop
        except KeyboardInterrupt:
            stop = stop or Stop("SIGINT", time.time())


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
    return {path.name: path.stat().st_size for path in folder.glob("*.stopped") if path.stat().st_size}
