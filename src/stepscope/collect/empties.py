"""Things in sight of a failing line that hold nothing."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from types import FrameType
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.source import expression, line_text, parse_expression, parse_line, span
from stepscope.collect.torch.sites import SITES
from stepscope.evidence import Empty, Frame

_PLAIN = ("list", "tuple", "dict", "set", "ndarray", "Tensor")


def empty_of(stack: Sequence[tuple[FrameType, int, int]]) -> Empty | None:
    """The empty lists, data sets and loaders of the user's frames; None where nothing is empty."""
    things: dict[str, str] = {}
    in_expression: list[str] = []
    loaders: list[Any] = []
    innermost = True
    for frame, line, instruction in reversed(stack):
        if not is_users(frame.f_code.co_filename):
            continue
        used = _names(frame, line, instruction) if innermost else set()
        for name, value in {**_globals(frame), **frame.f_locals}.items():
            if name.startswith("_") or name in things or not _is_empty(value):
                continue
            things[name] = type(value).__name__
            loaders += [value] if getattr(value, "drop_last", False) is True else []
            if name in used:
                in_expression.append(name)
        innermost = False
    ordered = sorted(things.items(), key=lambda thing: thing[1] in _PLAIN)
    return Empty(tuple(ordered[:12]), tuple(in_expression), *_dropped(loaders)) if ordered else None


def _dropped(loaders: Sequence[Any]) -> tuple[tuple[int, int] | None, Frame | None]:
    """Samples and batch size of the first loader that has too few samples for one batch, and the line that built it."""
    for loader in loaders:
        try:
            samples, size = len(loader.dataset), int(loader.batch_size)
        except Exception:
            continue
        if 0 < samples < size:
            return (samples, size), SITES.of(loader)
    return None, None


def _is_empty(value: Any) -> bool:
    kind = type(value)
    loads = any(base.__name__ in ("DataLoader", "Dataset") and base.__module__.startswith("torch.utils.data") for base in kind.__mro__)
    if not loads and kind.__name__ not in _PLAIN:
        return False
    try:
        return len(value) == 0
    except Exception:
        return False


def _names(frame: FrameType, line: int, instruction: int) -> set[str]:
    file = frame.f_code.co_filename
    tree = parse_expression(expression(file, span(frame.f_code, instruction))) or parse_line(line_text(file, line, frame))
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} if tree else set()


def _globals(frame: FrameType) -> dict[str, Any]:
    return {name: frame.f_globals[name] for name in frame.f_code.co_names if name in frame.f_globals}
