"""The guard for scripts and notebooks: a diagnosis under the exception's own traceback."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, TypeVar

from stepscope.collect.trouble import trouble
from stepscope.diagnose import Report

P = ParamSpec("P")
R = TypeVar("R")


class guard:
    """Guard a block of code or a function: `with stepscope.guard(): ...` or `@stepscope.guard()`.

    An exception that leaves the block is diagnosed, the diagnosis is shown on standard error under the traceback, and the
    exception goes on its way unchanged. `report` holds the diagnosis afterwards (None while nothing has failed).
    With `quiet` nothing is shown.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.report: Report | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> guard:
        try:
            self._folder = _begin()
        except Exception as problem:
            trouble("this code is not guarded", problem)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if exception is not None and not isinstance(exception, (SystemExit, GeneratorExit, KeyboardInterrupt)):
                self._diagnose(exception)
        except Exception as problem:
            trouble("could not diagnose the exception", problem)
        finally:
            if self._folder is not None:
                _end(self._folder)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            with self:
                return function(*args, **kwargs)

        return guarded

    def _diagnose(self, exception: BaseException) -> None:
        from stepscope.collect.process import channel
        from stepscope.collect.process.gather import merged
        from stepscope.collect.torch.observe import observe
        from stepscope.diagnose import diagnose

        seen = [observe(exception)]
        if self._folder is not None:
            seen += [other for other in channel.read(Path(self._folder.name)) if other.moment.worker is not None]
        self.report = diagnose("guard", merged(seen, ()))
        if not self.quiet:
            _show(exception, self.report)


def _begin() -> tempfile.TemporaryDirectory[str]:
    from stepscope.collect.process import member

    folder = tempfile.TemporaryDirectory(prefix="stepscope-")
    member.visit(Path(folder.name))
    return folder


def _end(folder: tempfile.TemporaryDirectory[str]) -> None:
    from stepscope.collect.process import member

    member.leave(Path(folder.name))
    folder.cleanup()


def _show(exception: BaseException, report: Report) -> None:
    """Under the traceback: printed when the interpreter (or the notebook) has shown the exception."""
    from stepscope.report import terminal

    text = terminal.render(report, colour=sys.stderr.isatty())
    before = sys.excepthook

    def excepthook(kind: type[BaseException], raised: BaseException, traceback: TracebackType | None) -> None:
        sys.excepthook = before
        before(kind, raised, traceback)
        if raised is exception:
            print(text, file=sys.stderr)

    if _in_notebook():
        exception.__notes__ = [*getattr(exception, "__notes__", []), text]  # type: ignore[attr-defined]
    else:
        sys.excepthook = excepthook


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None

