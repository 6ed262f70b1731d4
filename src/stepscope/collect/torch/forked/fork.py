"""A question is answered in a forked child: it may do what it likes to its copy of the process, and only its answer comes back."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

CHUNK = 1 << 16
_FORK_BESIDE_THREADS = "ignore", None, DeprecationWarning, None, 0
"""A filter of `warnings`."""


def can_fork() -> bool:
    """Whether a fork keeps all that a step needs: not on Windows, not once CUDA is in use, and not where STEPSCOPE_NO_FORK is set."""
    import sys

    if not hasattr(os, "fork") or os.environ.get("STEPSCOPE_NO_FORK"):
        return False
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    return not (cuda is not None and cuda.is_initialized())


def ask(question: Callable[[int], bytes], seconds: float) -> bytes | None:
    """What `question` answers in a forked child; it is given the descriptor that it must keep. None where it died or took longer than `seconds`."""
    text, ended = hear(lambda keep: write(keep, question(keep)), seconds)
    return text if text and ended else None


def hear(tell: Callable[[int], None], seconds: float) -> tuple[bytes, bool]:
    """What `tell` writes to the descriptor that it is given, in a forked child, within `seconds`; and whether the child came to its end. Nothing where there is no child to be had.

    In the child nothing returns: no handler, no `finally` and no exit function of the parent's runs there.
    """
    with _deaths_held_back():
        return _hear(tell, seconds)


def _hear(tell: Callable[[int], None], seconds: float) -> tuple[bytes, bool]:
    try:
        reading, writing = os.pipe()
    except OSError:
        return b"", False
    child = _fork()
    if child is None:
        os.close(reading)
        os.close(writing)
        return b"", False
    if not child:
        try:
            os.close(reading)
            tell(writing)
        finally:
            os._exit(0)
    os.close(writing)
    try:
        return _heard(reading, time.monotonic() + seconds)
    finally:
        os.close(reading)
        _bury(child)


def write(descriptor: int, text: bytes) -> None:
    """Write all of the text, which may be more than a pipe takes at once."""
    while text:
        text = text[os.write(descriptor, text) :]


def _fork() -> int | None:
    """The child's number, 0 in the child; None where the system has none to give.

    From Python 3.12 on a fork beside other threads is warned of. `catch_warnings` would not do: it makes Python forget which warnings
    of the program's it has shown already.
    """
    import warnings

    warnings.filters.insert(0, _FORK_BESIDE_THREADS)  # type: ignore[attr-defined]
    try:
        return os.fork()
    except OSError:
        return None
    finally:
        with suppress(ValueError):
            warnings.filters.remove(_FORK_BESIDE_THREADS)  # type: ignore[attr-defined]


def _heard(reading: int, until: float) -> tuple[bytes, bool]:
    parts: list[bytes] = []
    while (left := until - time.monotonic()) > 0:
        if not select.select([reading], [], [], left)[0]:
            break
        part = os.read(reading, CHUNK)
        if not part:
            return b"".join(parts), True
        parts.append(part)
    return b"".join(parts), False


def _bury(child: int) -> None:
    """The child has answered, or its time is up."""
    with suppress(OSError):
        os.kill(child, signal.SIGKILL)
    with suppress(OSError):
        os.waitpid(child, 0)


@contextmanager
def _deaths_held_back() -> Iterator[None]:
    """A handler of SIGCHLD does not hear of our child; of a child of the program's own that has ended meanwhile it hears at the end."""
    handler = signal.getsignal(signal.SIGCHLD)
    try:
        held = callable(handler) and signal.signal(signal.SIGCHLD, signal.SIG_DFL) is handler
    except ValueError:  # not the main thread
        held = False
    try:
        yield
    finally:
        if held:
            signal.signal(signal.SIGCHLD, handler)
            with suppress(OSError, AttributeError):  # macOS has no waitid before Python 3.13
                if os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                    signal.raise_signal(signal.SIGCHLD)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """In a forked child, or in the main thread: raise TimeoutError within, once this time is over."""

    def over(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if before is not None:
            signal.signal(signal.SIGALRM, before)
