"""The exception that counts, where user code has wrapped it in another or a `finally` has hidden it."""

from __future__ import annotations

import ast
import linecache
import re
from types import FrameType

from stepscope.collect.owner import is_users
from stepscope.collect.source import entries, line_text
from stepscope.collect.unseen import is_ours

_CLEANS_UP = re.compile(r"_*(?:tear_?down|clean_?up|shut_?down)_*")
_RAISE = re.compile(r"\braise\b")
DEPTH = 8


def primary(exception: BaseException) -> BaseException:
    """The first cause: what the user's own `raise ... from error` (or `from None`) wraps, what a `finally` of theirs hides, the first of a group.

    An exception that a library raises while handling another is the library's word for it, and stays; not so what fails while it puts things away.
    """
    for _ in range(DEPTH):
        inner = _inner(exception)
        if inner is None or inner.__traceback__ is None:
            return exception
        exception = inner
    return exception


def _inner(exception: BaseException) -> BaseException | None:
    group = getattr(exception, "exceptions", None)
    if type(exception).__name__ in ("ExceptionGroup", "BaseExceptionGroup") and isinstance(group, tuple) and group:
        return group[0] if isinstance(group[0], BaseException) else None
    entry = _innermost(exception)
    if entry is None or not is_users(entry[0].f_code.co_filename):
        return exception.__context__ if exception.__cause__ is None and _cleans_up(exception) else None
    if exception.__cause__ is not None:
        return exception.__cause__ if raised_by_user(*entry) else None
    hidden = exception.__context__  # also where `from None` hides it from readers
    if hidden is None or isinstance(hidden, (StopIteration, KeyboardInterrupt)):
        return None
    return hidden if raised_by_user(*entry) or _in_finally(exception) else None


def _cleans_up(exception: BaseException) -> bool:
    """Whether a library was putting things away after another exception: what was not yet begun cannot be ended."""
    return any(_CLEANS_UP.fullmatch(frame.f_code.co_name) and not is_users(frame.f_code.co_filename) for frame, _, _ in entries(exception.__traceback__))


def raised_by_user(frame: FrameType, line: int) -> bool:
    """Whether the line is a `raise` of the user's own."""
    return bool(_RAISE.search(line_text(frame.f_code.co_filename, line, frame)))


def _innermost(exception: BaseException) -> tuple[FrameType, int] | None:
    found = [(frame, line) for frame, line, _ in entries(exception.__traceback__) if not is_ours(frame)]
    return found[-1] if found else None


def _in_finally(exception: BaseException) -> bool:
    """Whether the exception comes out of a `finally` block of the user's: without it the hidden one would have been seen."""
    for frame, line, _ in entries(exception.__traceback__):
        file = frame.f_code.co_filename
        if is_users(file) and any(first <= line <= last for first, last in _finally_blocks(file)):
            return True
    return False


def _finally_blocks(file: str) -> list[tuple[int, int]]:
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    tries = [node for node in ast.walk(tree) if isinstance(node, ast.Try) and node.finalbody]
    return [(node.finalbody[0].lineno, node.finalbody[-1].end_lineno or node.finalbody[-1].lineno) for node in tries]
