"""Where a loop of the user's own stands: without a loader its variables are what a sample is known by (`for i in order`, `for path in files`)."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Sequence
from operator import index
from types import FrameType
from typing import Any

from stepscope.collect.owner import is_users, shown
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.syntax import function_of, loops_around

NAMES = 4
"""Variables that are told, those of the innermost loop first."""
LETTERS = 80


def turn_of(stack: Sequence[Entry]) -> tuple[str, ...]:
    """The variables of the `for` loops that these frames stand in which hold a whole number, a text or a path, each with its value; empty while a loader is drawn from."""
    return tuple(dict.fromkeys(_told(stack)))[:NAMES] if all(history.is_over for history in LOADERS.recent()) else ()


def _told(stack: Sequence[Entry]) -> Iterator[str]:
    for frame, line, _ in reversed(stack):
        function = function_of(frame.f_code) if is_users(frame.f_code.co_filename) else None
        for loop in loops_around(function, line) if function is not None else ():
            yield from _of_loop(loop, frame)


def _of_loop(loop: ast.For | ast.While, frame: FrameType) -> Iterator[str]:
    for node in ast.walk(loop.target) if isinstance(loop, ast.For) else ():
        if isinstance(node, ast.Name) and (text := _text(frame.f_locals.get(node.id))):
            yield f"`{node.id}` = {text}"


def _text(value: Any) -> str:
    """A whole number, a text or a path in a report's words; empty where it is anything else."""
    if isinstance(value, os.PathLike):
        return shown(os.fsdecode(value))
    if isinstance(value, str):
        return repr(value) if len(value) <= LETTERS else ""
    try:
        return "" if isinstance(value, bool) else str(index(value))
    except Exception:  # an object of the user's own making may raise anything
        return ""
