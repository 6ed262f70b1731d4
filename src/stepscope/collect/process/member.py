"""A guarded process of a run: it tells the run folder how it ended, and changes nothing else."""

from __future__ import annotations

import atexit
import faulthandler
import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, TextIO

from stepscope.collect.imports import when_imported
from stepscope.collect.process import channel
from stepscope.collect.process.heartbeat import ENDED, FAILED, Page
from stepscope.collect.trouble import trouble
from stepscope.evidence import Observation

Observe = Callable[[BaseException, "int | None"], Observation]
SPARE = 4
"""Descriptors kept back, so that a run that has used up all of its own can still be told of."""


class Member:
    """What a guarded process knows of itself: its run folder, its heartbeat, what it has told already."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.worker: int | None = None
        self._told: BaseException | None = None
        self._files: list[TextIO] = []
        self._spare: list[int] = []
        self.page: Page | None = None
        self._pid = os.getpid()
        self._ours = False
        self.failed = False

    def begin(self) -> None:
        """Open the heartbeat and the files that the interpreter writes into when it is stopped."""
        self._pid = os.getpid()
        rank = os.environ.get("RANK", "")
        self.page = Page(self.folder, self.worker, int(rank) if rank.isdigit() else None)
        self._files = [self._file("fatal"), self._file("stopped")]
        self._spare = self._spare or [os.open(os.devnull, os.O_RDONLY) for _ in range(SPARE)]
        if self._ours or not faulthandler.is_enabled():
            faulthandler.enable(self._files[0])
            self._ours = True
        for number in (signal.SIGINT, signal.SIGTERM):
            if hasattr(faulthandler, "register") and signal.getsignal(number) is not signal.SIG_IGN:
                faulthandler.register(number, self._files[1], all_threads=True, chain=True)

    def tell(self, exception: BaseException, worker: int | None = None) -> None:
        """Write down what can be seen of an exception that ends this process, once."""
        if exception is self._told or isinstance(exception, (SystemExit, GeneratorExit)):
            return
        self._told = exception
        if isinstance(exception, KeyboardInterrupt):
            return
        while self._spare:
            os.close(self._spare.pop())
        try:
            from stepscope.collect.torch.observe import observe

            channel.write(self.folder, observe(exception, self.worker if worker is None else worker))
            self.failed = True
        except Exception as problem:
            trouble("could not write down what was seen", problem)

    def end(self) -> None:
        """At exit: an exception that a replaced `sys.excepthook` kept from us is still known to the interpreter."""
        if os.getpid() != self._pid:
            return
        last = getattr(sys, "last_value", None)
        if last is not None and last.__traceback__ is not None:
            self.tell(last)
        if self.page is not None:
            self.page.end(FAILED if self.failed else ENDED)

    def _file(self, kind: str) -> TextIO:
        return open(self.folder / f"{os.getpid()}.{kind}", "w", encoding="utf-8", errors="replace")


def join() -> None:
    """Become a member of the run that the environment names."""
    folder = channel.run_folder()
    if folder is None:
        return
    member = Member(folder)
    member.begin()
    _watch_uncaught(member)
    _watch_forks(member)
    when_imported("multiprocessing.process", lambda module: _watch_processes(module, member))
    _watch_torch(member)
    atexit.register(member.end)


def _watch_torch(member: Member) -> None:
    from stepscope.collect.torch import hooks

    def worker_begins(number: int) -> None:
        member.worker = number
        if member.page is not None:
            member.page.is_worker(number)

    hooks.install(member.page, worker_begins, lambda exception, number: member.tell(exception, number))


def _watch_uncaught(member: Member) -> None:
    before = sys.excepthook

    def excepthook(kind: type[BaseException], exception: BaseException, traceback: TracebackType | None) -> None:
        from stepscope.collect.failure import without_ours

        shown = without_ours(traceback)
        exception.__traceback__ = shown
        before(kind, exception, shown)
        member.tell(exception)

    sys.excepthook = excepthook
    leave = sys.exit

    @wraps(leave)
    def exit(status: Any = None, /) -> None:
        caught = sys.exc_info()[1]
        if caught is not None and status not in (None, 0):
            member.tell(caught)
        leave(status)

    sys.exit = exit  # type: ignore[assignment]


def _watch_forks(member: Member) -> None:
    """A forked child has its own heartbeat from its first step on; until then it must not write into its parent's."""

    def after_fork() -> None:
        from stepscope.collect.torch import hooks

        member.page = None
        member._told = None
        hooks.use_page(None)

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=after_fork)


def _watch_processes(module: ModuleType, member: Member) -> None:
    """`multiprocessing` prints a child's exception itself, so the hook for uncaught ones never sees it."""
    kind = module.BaseProcess
    bootstrap = kind._bootstrap

    @wraps(bootstrap)
    def _bootstrap(self: Any, *args: Any, **kwargs: Any) -> Any:
        run = self.run

        def running() -> None:
            try:
                run()
            except BaseException as exception:
                cause = exception.__context__ if isinstance(exception, SystemExit) and exception.code else exception
                if cause is not None:
                    member.tell(cause)
                raise

        self.run = running
        if os.getpid() != member._pid:
            member.begin()
            from stepscope.collect.torch import hooks

            hooks.use_page(member.page)
        try:
            return bootstrap(self, *args, **kwargs)
        finally:
            if member.page is not None:
                member.page.end(ENDED)

    kind._bootstrap = _bootstrap
