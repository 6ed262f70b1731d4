"""Where the value that an encoder refused is kept: the way to it from a name of the user's."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.evidence import Refused

LOOKED_AT = 50_000
"""Entries that are looked at in all."""


def refused_of(stack: Sequence[tuple[FrameType, int, int]], exception: BaseException) -> Refused | None:
    """The value that JSON cannot hold, by the names that lead to it; None where nothing of the user's in sight holds it."""
    if not stack or "is not JSON serializable" not in str(exception):
        return None
    value = stack[-1][0].f_locals.get("o")
    for frame, _, _ in reversed(stack):
        if is_users(frame.f_code.co_filename) and (path := _way(value, {**frame.f_locals})):
            return Refused(path, type(value).__name__)
    return None


def _way(wanted: Any, names: dict[str, Any]) -> str:
    """The shortest way, breadth first: `history[2]['worst']`; empty where there is none."""
    waiting, seen = deque(names.items()), set()
    for _ in range(LOOKED_AT):
        if not waiting:
            break
        path, value = waiting.popleft()
        if value is wanted:
            return path
        if isinstance(value, (dict, list, tuple)) and id(value) not in seen:
            seen.add(id(value))
            waiting.extend(_parts(path, value))
    return ""


def _parts(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    entries = dict.items(value) if isinstance(value, dict) else enumerate(value)
    return ((f"{path}[{key!r}]", part) for key, part in list(entries))
