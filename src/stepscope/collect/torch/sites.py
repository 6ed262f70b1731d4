"""Where modules, optimizers and loaders were built: the user's line, noted when it happens."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from functools import wraps
from types import CodeType, FrameType
from typing import Any

from stepscope.collect.owner import is_users, shown
from stepscope.collect.source import line_text
from stepscope.evidence import Frame

_DEPTH = 60


class Sites:
    """The lines that built objects, held by weak reference: an entry goes with its object."""

    def __init__(self) -> None:
        self._lines: dict[int, tuple[weakref.ref[Any], str, int, str]] = {}
        self._initialisers: weakref.WeakKeyDictionary[type, frozenset[CodeType]] = weakref.WeakKeyDictionary()

    def note(self, thing: Any, frame: FrameType | None) -> None:
        """Remember the innermost line of the user's code that led to this object's construction.

        The object's own `__init__` methods are passed over, each once: a Block that builds a Block is told by its own line.
        """
        own = set(self._own(type(thing)))
        for _ in range(_DEPTH):
            if frame is None:
                return
            code = frame.f_code
            if code in own:
                own.discard(code)
            elif is_users(code.co_filename):
                break
            frame = frame.f_back
        else:
            return
        key = id(thing)
        reference = weakref.ref(thing, lambda _: self._lines.pop(key, None))
        self._lines[key] = (reference, frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)

    def of(self, thing: Any) -> Frame | None:
        """The line that built this object; None where it was not seen (a copy, or built before the guard)."""
        entry = self._lines.get(id(thing))
        if entry is None or entry[0]() is not thing:
            return None
        _, file, line, function = entry
        return Frame(file=shown(file), line=line, function=function, code=line_text(file, line), user=True)

    def _own(self, kind: type) -> frozenset[CodeType]:
        known = self._initialisers.get(kind)
        if known is None:
            methods = (vars(base).get("__init__") for base in kind.__mro__)
            known = frozenset(method.__code__ for method in methods if hasattr(method, "__code__"))
            self._initialisers[kind] = known
        return known


SITES = Sites()


def watch_construction(kind: type) -> None:
    """From now on note where objects of this class, and of its subclasses, are built."""
    initialise: Callable[..., None] = kind.__init__  # type: ignore[misc]
    if hasattr(initialise, "_stepscope"):
        return

    @wraps(initialise)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        initialise(self, *args, **kwargs)
        try:
            SITES.note(self, sys._getframe(1))
        except Exception:
            return

    __init__._stepscope = initialise  # type: ignore[attr-defined]
    kind.__init__ = __init__  # type: ignore[misc]
