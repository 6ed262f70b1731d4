"""The guard for scripts and notebooks: a diagnosis under the exception's own traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, ParamSpec, TypeVar

from stepscope.collect.process.settings import Settings
from stepscope.collect.torch.skipping.ledger import skipped_in
from stepscope.collect.trouble import trouble
from stepscope.diagnose import Report

P = ParamSpec("P")
R = TypeVar("R")


class guard:  # noqa: N801
    """Guard a block of code or a function: `with stepscope.guard(): ...` or `@stepscope.guard()`.

    An exception that leaves the block is diagnosed, the diagnosis is shown on standard error under the traceback, and the
    exception goes on its way unchanged. `report` holds the diagnosis afterwards (None while nothing has failed).
    With `quiet` nothing is shown. Guards may stand inside of each other: the innermost one makes the diagnosis.

    A step whose loss or gradient is not finite is diagnosed too; `on_nonfinite` says what follows: "continue" (the code goes on as it would have), "stop"
    (SystemExit) or "skip" (the update is dropped). `budget` is the share of the time (0 to 1) that looking at gradients may take.

    `skip_bad_samples` is how many samples that cannot be loaded may be replaced by others (a number, True for 100, or a share of the data set: "1%"); `skip_list` is a
    file of samples to leave out, to which those are added. The report's `skipped` lists them.

    Raises ValueError for a setting that there is not.
    """

    def __init__(
        self, *, quiet: bool = False, on_nonfinite: str = "continue", budget: float = 0.01,
        skip_bad_samples: int | str = 0, skip_list: str | os.PathLike[str] = "",
    ) -> None:  # fmt: skip
        self.quiet = quiet
        self._settings = Settings(on_nonfinite, budget, str(100 if skip_bad_samples is True else skip_bad_samples or ""), os.path.abspath(skip_list) if skip_list else "")
        self.report: Report | None = None
        self._folders: list[Path] = []

    def __enter__(self) -> guard:
        try:
            from stepscope.collect.process import member

            self._folders.append(member.visit(self._settings))
        except Exception as problem:
            trouble("this code is not guarded", problem)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not self._folders:
            return
        folder = self._folders.pop()
        try:
            if exception is not None and not isinstance(exception, (SystemExit, GeneratorExit, KeyboardInterrupt)):
                self._diagnose(exception, folder)
            else:
                self._tell_steps(folder)
        except Exception as problem:
            trouble("could not diagnose the exception", problem)
        finally:
            from stepscope.collect.process import member

            member.leave()

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            with self:
                try:
                    return function(*args, **kwargs)
                except BaseException as exception:
                    from stepscope.collect.unseen import unseen

                    unseen(exception)
                    raise

        return guarded

    def _tell_steps(self, folder: Path) -> None:
        """No exception; but steps of the block may not have been finite."""
        from stepscope.collect.process import channel
        from stepscope.collect.process.gather import parted
        from stepscope.collect.process.witness import steps_are_over
        from stepscope.diagnose import diagnose

        steps_are_over(failed=False)
        steps, _ = parted(channel.read(folder))
        skipped = skipped_in(folder)
        if steps or skipped:
            self.report = replace(diagnose("guard", steps), skipped=skipped)
            if not (self.quiet or os.environ.get("STEPSCOPE_RUN")):
                print_report(self.report)

    def _diagnose(self, exception: BaseException, folder: Path) -> None:
        mark = Mark.of(exception)
        if _LATEST and _LATEST[0].mark == mark:
            self.report = _LATEST[0].report
            return
        self.report = replace(_report(exception, folder), skipped=skipped_in(folder))
        _LATEST[:] = [Diagnosed(mark, self.report)]
        if not (self.quiet or os.environ.get("STEPSCOPE_RUN")):  # `stepscope run` shows it at the end of the run
            _show(_LATEST[0])


class Mark(NamedTuple):
    """What an exception is known by later on; to hold it would hold its frames, with every tensor in them."""

    identity: int
    kind: type
    text: str
    file: str
    line: int

    @classmethod
    def of(cls, exception: BaseException) -> Mark:
        """By identity, words, and the place where it was raised: an identity alone may be given again."""
        from stepscope.collect.failure import message_of

        entry = exception.__traceback__
        while entry is not None and entry.tb_next is not None:
            entry = entry.tb_next
        place = (entry.tb_frame.f_code.co_filename, entry.tb_lineno) if entry else ("", 0)
        return cls(id(exception), type(exception), message_of(exception), *place)


class Diagnosed(NamedTuple):
    """An exception's diagnosis."""

    mark: Mark
    report: Report

    def print_for(self, exception: BaseException | None) -> None:
        """Print the report if this is the exception that it is about."""
        if exception is not None and Mark.of(exception) == self.mark:
            print_report(self.report)


def print_report(report: Report) -> None:
    """Print a report on standard error."""
    from stepscope.report import terminal

    print("\n" + terminal.render(report, terminal.wants_colour(sys.stderr.isatty())), file=sys.stderr)


_LATEST: list[Diagnosed] = []


def _report(exception: BaseException, folder: Path) -> Report:
    from stepscope.collect.process import channel, heartbeat
    from stepscope.collect.process.gather import merged, parted, with_steps
    from stepscope.collect.process.witness import seen_behind, steps_are_over
    from stepscope.diagnose import diagnose

    steps_are_over(failed=True)
    steps, rest = parted(channel.read(folder))
    workers = [seen for seen in rest if seen.moment.worker is not None]
    return diagnose("guard", with_steps(steps, merged([seen_behind(exception), *workers], heartbeat.read_all(folder))))


def _show(diagnosed: Diagnosed) -> None:
    """Under the traceback: printed once, when the interpreter (or the notebook) has shown the exception."""
    notebook = _notebook()
    if notebook is not None:
        _show_in(notebook, diagnosed)
        return
    before = sys.excepthook
    before = getattr(before, "_stepscope", before)

    def excepthook(kind: type[BaseException], raised: BaseException, traceback: TracebackType | None) -> None:
        if sys.excepthook is excepthook:
            sys.excepthook = before
        before(kind, raised, traceback)
        diagnosed.print_for(raised)

    excepthook._stepscope = before  # type: ignore[attr-defined]
    sys.excepthook = excepthook


def _notebook() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _show_in(notebook: Any, diagnosed: Diagnosed) -> None:
    def cell_is_over(result: Any) -> None:
        notebook.events.unregister("post_run_cell", cell_is_over)
        diagnosed.print_for(result.error_in_exec)

    notebook.events.register("post_run_cell", cell_is_over)
