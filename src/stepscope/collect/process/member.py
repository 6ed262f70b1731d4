"""A guarded process: it tells the run folder how it ended, and changes nothing else."""

from __future__ import annotations

import atexit
import faulthandler
import os
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from stepscope.collect.process import channel, uncaught
from stepscope.collect.process.alarms import ALARMS
from stepscope.collect.process.heartbeat import ENDED, FAILED, Page
from stepscope.collect.process.settings import Settings
from stepscope.collect.process.witness import seen_at_exit, seen_behind
from stepscope.collect.torch import hooks
from stepscope.collect.torch.microscope.watching.sentinel import SENTINEL
from stepscope.collect.trouble import trouble

if TYPE_CHECKING:
    from stepscope.evidence import Observation

_HIGH = 500
"""Our files take numbers from here on, so that those of the user's files are what they would be without us."""
_LOW = 24
"""The spare ones lie below any limit that a user may set later: one above it would be of no help when it is given back."""
SPARE = 4
"""Descriptors kept back, so that a run that has used up all of its own can still be told of."""


class Member:
    """What a guarded process knows of itself: its run folder, its heartbeat, whether it has told of a failure."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.worker: int | None = None
        self.page: Page | None = None
        self.failed = False
        self.pid = os.getpid()
        self.around: list[tuple[str, Any]] = []
        self._dumps_are_ours = False
        self._spare: list[int] = []

    def begin(self) -> None:
        """Open the heartbeat, and the files that the interpreter writes into when it crashes or is stopped."""
        self.pid = os.getpid()
        self.failed = False
        rank = os.environ.get("RANK", "")
        try:
            self.page = Page(self.folder, self.worker, int(rank) if rank.isdigit() else None)
            self._watch_interpreter()
            self._spare = self._spare or [_high(os.open(os.devnull, os.O_RDONLY), _LOW) for _ in range(SPARE)]
        except Exception as problem:
            trouble("this process's deaths and signals are not watched", problem)
        hooks.use_page(self.page or Page())  # one that nobody reads still keeps the sample that was asked for

    def tell(self, exception: BaseException, worker: int | None = None) -> None:
        """Write down what can be seen of an exception that ends this process."""
        if isinstance(exception, (SystemExit, GeneratorExit, KeyboardInterrupt)):
            return
        while self._spare:
            os.close(self._spare.pop())
        try:
            self._write_down(exception, worker)
        except Exception:
            try:  # the handler that PyTorch sets for SIGCHLD raises in the midst of whatever is running
                self._write_down(exception, worker)
            except Exception as problem:
                trouble("could not write down what was seen", problem)

    def end(self) -> None:
        """At exit: an exception that a replaced `sys.excepthook` kept from us is still known to the interpreter."""
        if os.getpid() != self.pid:
            return
        last = getattr(sys, "last_value", None)
        if last is not None and last.__traceback__ is not None and not self.failed:
            self.tell(last)
        SENTINEL.end(self.failed)
        if self.page is not None:
            self.page.end(FAILED if self.failed else ENDED)

    def leaves_hard(self, status: int) -> None:
        """Before `os._exit`: where it was called, in C functions alone, as any lock may be held by then."""
        if os.getpid() == self.pid:
            with suppress(Exception):
                file = self._file("left")
                os.write(file, f"{status}\n".encode())
                faulthandler.dump_traceback(file, all_threads=False)

    def leave_to_fork(self) -> None:
        """In a forked child: it must not write into its parent's heartbeat, nor have its stacks taken for its parent's."""
        self.page = None
        hooks.use_page(Page())
        ALARMS.disarm()

    def worker_begins(self, number: int) -> None:
        """This process turns out to be a loader worker."""
        self.worker = number
        if self.page is not None:
            self.page.is_worker(number)

    def _write_down(self, exception: BaseException, worker: int | None) -> None:
        channel.write(self.folder, seen_behind(exception, self.worker if worker is None else worker))
        self.failed = True

    def leaves(self, frame: FrameType, fails: bool) -> None:
        """The user's own code ends the process here, with an exit code that tells of a failure or with none."""
        try:
            seen = seen_at_exit(frame, fails)
            if seen is not None:
                channel.write(self.folder, seen)
        except Exception as problem:
            trouble("could not look at the step", problem)

    def _watch_interpreter(self) -> None:
        if self._dumps_are_ours or not faulthandler.is_enabled():
            faulthandler.enable(self._file("fatal"))
            self._dumps_are_ours = True
        ALARMS.arm(self._file("stopped"))

    def _file(self, kind: str) -> int:
        return _high(os.open(self.folder / f"{self.pid}.{kind}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))


def _high(file: int, least: int = _HIGH) -> int:
    """The same file under a number that the user's files do not come to; where the limit is low, as it is."""
    with suppress(ImportError, OSError):
        from fcntl import F_DUPFD_CLOEXEC, fcntl

        high = fcntl(file, F_DUPFD_CLOEXEC, least)
        os.close(file)
        return high
    return file


_member: Member | None = None


def current() -> Member | None:
    """This process as a member; None while nothing is guarded."""
    return _member


def join() -> None:
    """Become a member of the run that the environment names."""
    folder = channel.run_folder()
    if folder is not None:
        member = _enter(folder, Settings.from_environment())
        member.begin()
        uncaught.watch_exits(current)
        atexit.register(member.end)


def visit(settings: Settings = Settings()) -> Path:  # noqa: B008
    """Guard this process, and those that it forks, until `leave`; gives the folder that they write to.

    Inside of a guarded run, or of another visit, nothing new is set up; what this one is asked to do with bad steps and samples holds until it ends.
    """
    if _member is None:
        import tempfile

        hooks.use_page(Page())
        return _enter(Path(tempfile.mkdtemp(prefix="stepscope-")), settings).folder
    _member.around.append((SENTINEL.pending.policy, hooks.skipping()))
    if settings.on_nonfinite != Settings().on_nonfinite:
        SENTINEL.follows(settings.on_nonfinite)
    _skip_samples(_member.folder, settings)
    return _member.folder


def leave() -> None:
    """End the latest visit. What was wrapped stays wrapped, and does nothing."""
    global _member
    if _member is None:
        return
    if _member.around:
        policy, skipping = _member.around.pop()
        SENTINEL.follows(policy)
        hooks.skips(skipping)
        return
    hooks.release()
    if os.getpid() == _member.pid:
        from shutil import rmtree

        rmtree(_member.folder, ignore_errors=True)
    _member = None


def _looked_at(*step: Any) -> Observation:
    """The microscope is loaded when a step needs it."""
    from stepscope.collect.torch.microscope.look import look

    return look(*step)


def _enter(folder: Path, settings: Settings) -> Member:
    global _member
    _member = member = Member(folder)
    hooks.install(member.worker_begins, member.tell)
    SENTINEL.begin(_looked_at, partial(channel.write, member.folder), settings.on_nonfinite, settings.budget)
    uncaught.watch_processes(current)
    _skip_samples(folder, settings)
    return _member


def _skip_samples(folder: Path, settings: Settings) -> None:
    if settings.skip_bad_samples or settings.skip_list:
        hooks.skip_bad_samples(folder, settings.skip_bad_samples, settings.skip_list)
