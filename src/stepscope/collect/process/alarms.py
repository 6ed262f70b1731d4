"""The stack at the moment of a signal, written by the interpreter itself; the signal then takes its usual way."""

from __future__ import annotations

import contextlib
import faulthandler
import signal
from functools import wraps
from typing import Any

from stepscope.collect.unseen import unseen

STOPS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name)]
"""Signals that end a run unless it handles them."""
REQUESTS = [getattr(signal, name) for name in ("SIGUSR1", "SIGUSR2") if hasattr(signal, name)]
"""Signals that a scheduler and a script may agree on; they are left alone where the script does not handle them."""


class Alarms:
    """The signals of this process that leave a stack in a file.

    The one who sends a signal may send it to the command alone or to all of its group: the written stack also is the sign that
    this process got it.
    """

    def __init__(self) -> None:
        self.file: int | None = None
        self._wrapped = False

    def arm(self, file: int) -> None:
        """From now on write stacks to this file descriptor."""
        if not hasattr(faulthandler, "register"):
            return
        self.file = file
        for number in (*STOPS, *REQUESTS):
            self._set(number)
        if not self._wrapped:
            self._wrapped = True
            self._follow()

    def disarm(self) -> None:
        """Leave all signals as the process's own code has set them."""
        if self.file is not None:
            self.file = None
            for number in (*STOPS, *REQUESTS):
                faulthandler.unregister(number)

    def _set(self, number: int) -> None:
        handler = signal.getsignal(number)
        ours = self.file is not None and handler not in (signal.SIG_IGN, None)
        if ours and (number in STOPS or handler is not signal.SIG_DFL):
            with contextlib.suppress(OSError, RuntimeError, ValueError):
                faulthandler.register(number, self.file or 0, all_threads=False, chain=True)

    def _follow(self) -> None:
        """A handler set by the user takes our place in the system's table: stand before it again."""
        original = signal.signal

        @wraps(original)
        def signal_(signalnum: Any, handler: Any) -> Any:
            watched = self.file is not None and signalnum in (*STOPS, *REQUESTS)
            if watched:
                faulthandler.unregister(signalnum)
            try:
                return original(signalnum, handler)
            except BaseException as exception:
                unseen(exception)
                raise
            finally:
                if watched:
                    self._set(signalnum)

        signal.signal = signal_


ALARMS = Alarms()
