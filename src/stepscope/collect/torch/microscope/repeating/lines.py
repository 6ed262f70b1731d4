"""The line after which a variable is NaN or infinite for the first time, whatever library made it so."""

from __future__ import annotations

import ast
import math
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

from stepscope.collect.failure import frame_of
from stepscope.collect.owner import is_users
from stepscope.collect.torch.syntax import function_of, own_nodes
from stepscope.evidence import Frame

PARTS = 64
"""Parts of a list or mapping that are looked at."""
ENDED = object()
"""What a stream gives when it is over."""


def watched(load: Callable[[], Any], breaks: Callable[..., bool] | None = None) -> tuple[Any, list[Frame]]:
    """What `load` gives, and the frames at the line after which a variable was NaN or infinite for the first time; `breaks` may ask for one of another kind."""
    lines = _Lines(breaks or is_broken)
    sys.settrace(lines.enter)
    try:
        return load(), lines.began
    except StopIteration:
        return ENDED, []
    except Exception:
        return None, []
    finally:
        sys.settrace(None)


class _Lines:
    """Looks at the variables of the user's frames after each of their lines."""

    def __init__(self, breaks: Callable[..., bool]) -> None:
        self._breaks = breaks
        self.began: list[Frame] = []
        self._at: dict[int, int] = {}
        self._returned: dict[int, int] = {}
        """The line of the last `return`: a `with` or a `finally` around it has lines to run after what it gives has been computed."""
        self._known: dict[int, dict[str, Any]] = {}

    def enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        if self.began or not is_users(frame.f_code.co_filename):
            return None
        self._at[id(frame)] = frame.f_lineno
        self._returned.pop(id(frame), None)
        self._known[id(frame)] = {name: _mark(value) for name, value in frame.f_locals.items()}
        return self._step

    def _step(self, frame: FrameType, event: str, argument: Any) -> Any:
        if self.began:
            return None
        known = self._known.setdefault(id(frame), {})
        fresh = {name: value for name, value in frame.f_locals.items() if known.get(name) != _mark(value)}
        at = self._at.get(id(frame), frame.f_lineno)
        if at in _returning(frame.f_code):
            self._returned[id(frame)] = at
        if any(self._breaks(value, depth=2) for value in fresh.values()):
            self._note(frame, at)
        elif event == "return" and self._breaks(argument, depth=2):
            self._note(frame, self._returned.get(id(frame), at))
        known.update({name: _mark(value) for name, value in fresh.items()})
        self._at[id(frame)] = frame.f_lineno
        return self._step

    def _note(self, frame: FrameType, line: int) -> None:
        above: list[Frame] = []
        outer = frame.f_back
        while outer is not None:
            if is_users(outer.f_code.co_filename):
                above.append(frame_of(outer, outer.f_lineno))
            outer = outer.f_back
        self.began = [*above[::-1], frame_of(frame, line)]


@lru_cache(maxsize=64)
def _returning(code: CodeType) -> frozenset[int]:
    """The lines of a function's `return` statements."""
    function = function_of(code)
    found = (node for node in own_nodes(function) if isinstance(node, ast.Return)) if function is not None else ()
    return frozenset(line for node in found for line in range(node.lineno, (node.end_lineno or node.lineno) + 1))


def _mark(value: Any) -> Any:
    """What tells that a variable has another value, or that something was put into it."""
    return (id(value), len(value)) if isinstance(value, (list, dict)) else (id(value), getattr(value, "_version", 0))


def is_broken(value: Any, depth: int = 4) -> bool:
    """Whether a number, an array or a tensor, alone or in a list or mapping, is NaN or infinite."""
    if isinstance(value, float):
        return not math.isfinite(value)
    with suppress(Exception):
        if hasattr(value, "is_floating_point"):
            return bool(value.is_floating_point() and not value.isfinite().all())
        if getattr(getattr(value, "dtype", None), "kind", "") in ("f", "c"):
            return not bool(sys.modules["numpy"].isfinite(value).all())
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, (list, tuple)) and depth:
            return any(is_broken(item, depth - 1) for item in list(value)[:PARTS])
    return False


def is_array_of(value: Any, finite: Sequence[Any]) -> bool:
    """Whether a value is an array of numpy's that is finite where one of these says, and nowhere else."""
    if type(value).__name__ != "ndarray" or value.dtype.kind not in ("f", "c"):
        return False
    own = sys.modules["numpy"].isfinite(value)
    return any(own.shape == one.shape and bool((own == one).all()) for one in finite)
