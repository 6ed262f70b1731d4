"""The ways on which an exception ends a process, each watched without being changed."""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Callable
from functools import wraps
from types import FrameType, ModuleType, TracebackType
from typing import Any, NoReturn, Protocol

from stepscope.collect.imports import when_imported
from stepscope.collect.process.heartbeat import ENDED, Page
from stepscope.collect.unseen import unseen, without_ours

USAGE = 2
"""The exit status of a command line that could not be understood (argparse, click): no failure of the training."""


class Told(Protocol):
    """The guarded process that is told of exceptions."""

    pid: int
    page: Page | None

    def begin(self) -> None: ...
    def tell(self, exception: BaseException, worker: int | None = None) -> None: ...
    def leaves(self, frame: FrameType, fails: bool) -> None: ...
    def leaves_hard(self, status: int) -> None: ...
    def leave_to_fork(self) -> None: ...


Current = Callable[[], "Told | None"]
_watching: list[str] = []


def watch_exits(current: Current) -> None:
    """The interpreter's own report of an exception, `sys.exit`, the `exit` and `quit` of a beginner's script, and an `os._exit` that tells of a failure."""
    _watch_hard_exit(current)
    before, leave = sys.excepthook, sys.exit

    def excepthook(kind: type[BaseException], exception: BaseException, traceback: TracebackType | None) -> None:
        shown = without_ours(traceback)
        exception.__traceback__ = shown
        before(kind, exception, shown)
        if member := current():
            member.tell(exception)

    @wraps(leave)
    def exiting(status: Any = None, /) -> None:
        _left(current(), status, sys._getframe(1))
        try:
            leave(status)
        except SystemExit as exception:
            unseen(exception)
            raise

    sys.excepthook = excepthook
    sys.exit = exiting  # type: ignore[assignment]
    if (quitter := getattr(builtins, "exit", None)) is not None:
        _watch_quitter(type(quitter), current)


def _watch_quitter(kind: Any, current: Current) -> None:
    quits = kind.__call__

    @wraps(quits)
    def __call__(self: Any, code: Any = None) -> None:
        _left(current(), code, sys._getframe(1))
        try:
            quits(self, code)
        except SystemExit as exception:
            unseen(exception)
            raise

    kind.__call__ = __call__


def _left(member: Told | None, status: Any, frame: FrameType) -> None:
    """The process is ended from this frame. Without a status it may be ended over a loss that is NaN too, and only over that."""
    if member is None or _is_well(status, frame.f_globals.get("__name__")):
        return
    handled = sys.exc_info()[1]
    if handled is None:
        member.leaves(frame, fails=status is not None)
    elif status is not None and status != USAGE:
        member.tell(handled)


def _watch_hard_exit(current: Current) -> None:
    leave = os._exit

    @wraps(leave)
    def _exit(status: int) -> NoReturn:
        member = current()
        if member is not None and status:
            member.leaves_hard(status)
        try:
            leave(status)
        except BaseException as exception:  # a status that is no number
            unseen(exception)
            raise

    os._exit = _exit


def _is_well(status: Any, caller: Any) -> bool:
    """Whether an exit with this status tells of no failure: so does one where Python's own library ends a program (argparse, runpy)."""
    return (type(status) is int and status == 0) or str(caller).partition(".")[0] in sys.stdlib_module_names


def watch_processes(current: Current) -> None:
    """Children: those of `multiprocessing` report an exception themselves; of a fork by hand we only let go."""
    if _watching:
        return
    _watching.append("processes")
    when_imported("multiprocessing.process", lambda module: _watch_bootstrap(module, current))

    def after_fork() -> None:
        if member := current():
            member.leave_to_fork()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=after_fork)


def _watch_bootstrap(module: ModuleType, current: Current) -> None:
    bootstrap = module.BaseProcess._bootstrap

    @wraps(bootstrap)
    def _bootstrap(self: Any, *args: Any, **kwargs: Any) -> Any:
        member = current()
        if member is None:
            return bootstrap(self, *args, **kwargs)
        self.run = _told(self.run, member)
        if os.getpid() != member.pid:
            member.begin()
        try:
            return bootstrap(self, *args, **kwargs)
        finally:
            if member.page is not None:
                member.page.end(ENDED)

    module.BaseProcess._bootstrap = _bootstrap


def _told(run: Callable[[], None], member: Told) -> Callable[[], None]:
    def running() -> None:
        try:
            run()
        except BaseException as exception:
            cause = exception.__context__ if isinstance(exception, SystemExit) and exception.code else exception
            if cause is not None:
                member.tell(cause)
            unseen(exception)
            raise

    return running
