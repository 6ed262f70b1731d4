"""Waiting for the command while signals are for it, not for us."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from pathlib import Path

GRACE_SECONDS = 0.3
"""How long a child may take to show that it got a signal too, before it is passed on."""
_FROM_KERNEL = 0x80


def wait(process: subprocess.Popen[bytes], folder: Path) -> tuple[int, str | None]:
    """The exit code (negative for a signal), and the name of the signal that somebody stopped the run with.

    A terminal sends Ctrl-C to the command as well; another sender may have meant us alone, and then it is passed on.
    """
    if not hasattr(signal, "sigtimedwait"):
        return _wait_simply(process)
    awaited = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD}
    ignored = {number for number in awaited if signal.getsignal(number) is signal.SIG_IGN}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, awaited - ignored)
    stopped_by, dumped = None, 0
    try:
        while process.poll() is None:
            got = signal.sigtimedwait(awaited - ignored, 1.0)
            if got is None or got.si_signo == signal.SIGCHLD:
                continue
            stopped_by = signal.Signals(got.si_signo).name
            if got.si_code != _FROM_KERNEL and not _got_it_too(process, folder, dumped):
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(got.si_signo)
            dumped = _dumped(folder)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return process.returncode, stopped_by


def _wait_simply(process: subprocess.Popen[bytes]) -> tuple[int, str | None]:
    """Where a signal's sender is not told: Ctrl-C reaches the command by the terminal, so we only wait on."""
    stopped_by = None
    while True:
        try:
            return process.wait(), stopped_by
        except KeyboardInterrupt:
            stopped_by = "SIGINT"


def _got_it_too(process: subprocess.Popen[bytes], folder: Path, dumped: int) -> bool:
    """Whether the child shows a sign of having got the signal itself: it has ended, or its stack was dumped."""
    until = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None or _dumped(folder) > dumped:
            return True
        time.sleep(0.01)
    return False


def _dumped(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.stopped"))


