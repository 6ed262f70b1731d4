"""Locks that the step under way holds: run again, it would wait for itself."""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.resolve import resolve
from stepscope.collect.torch.syntax import function_of, holds

_HOMES = ("_thread", "threading", "multiprocessing.synchronize")
"""Where locks come from; those of others may do more than wait."""
_OPEN = {type(threading.RLock()).__name__, "_RLock"}
"""Kinds that let their holder in again."""


def held(stack: Sequence[Entry]) -> list[Any]:
    """The locks of the `with` statements that these frames stand in, but for those that let their holder in again."""
    return [lock for frame, line, _ in stack for item in _entered(frame.f_code, line) if _is_lock(lock := resolve(item, frame))]


def let_go(stack: Sequence[Entry]) -> None:
    """In a forked child, where no other thread lives: release them."""
    for lock in held(stack):
        with suppress(Exception):
            lock.release()


def _entered(code: Any, line: int) -> Iterator[ast.expr]:
    """What the `with` statements around a line were given."""
    function = function_of(code)
    for node in ast.walk(function) if function is not None else ():
        if isinstance(node, (ast.With, ast.AsyncWith)) and any(holds(statement, line) for statement in node.body):
            yield from (item.context_expr for item in node.items)


def _is_lock(value: Any) -> bool:
    kind = type(value)
    return kind.__module__ in _HOMES and kind.__name__ not in _OPEN and hasattr(kind, "acquire") and hasattr(kind, "release")
