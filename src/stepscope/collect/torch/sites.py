"""Where modules, optimizers and loaders were built: the user's line, noted when it happens."""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from stepscope.collect.owner import is_users, shown

if TYPE_CHECKING:
    from stepscope.evidence import Frame

_DEPTH = 60


class Sites:
    """The lines that built objects, held by weak reference: an entry goes with its object."""

    def __init__(self) -> None:
        self._lines: dict[int, tuple[weakref.ref[Any], str, int, str]] = {}

    def note(self, thing: Any, frame: FrameType | None) -> None:
        """Remember the innermost line of the user's code that led to this object's construction."""
        for _ in range(_DEPTH):
            if frame is None:
                return
            code = frame.f_code
            if is_users(code.co_filename) and code.co_name != "__new__":
                break
            frame = frame.f_back
        else:
            return
        key = id(thing)
        reference = weakref.ref(thing, lambda _: self._lines.pop(key, None))
        self._lines[key] = (reference, code.co_filename, frame.f_lineno, code.co_name)

    def of(self, thing: Any) -> Frame | None:
        """The line that built this object; None where it was not seen (built before the guard)."""
        entry = self._lines.get(id(thing))
        if entry is None or entry[0]() is not thing:
            return None
        from stepscope.collect.source import line_text
        from stepscope.evidence import Frame

        _, file, line, function = entry
        return Frame(file=shown(file), line=line, function=function, code=line_text(file, line), user=True)


SITES = Sites()


def is_compiling() -> bool:
    """Whether Dynamo is tracing. Replaced by PyTorch's own function of this name, which Dynamo knows and folds away."""
    return False


def know_compiler(module: Any) -> None:
    """Take `is_compiling` from `torch.compiler`."""
    globals()["is_compiling"] = module.is_compiling


def keep_compiler_out(module: Any) -> None:
    """Dynamo's rules: a frame of ours that a compiled function comes to runs as it is, as PyTorch's own do, and none is a program of its own to compile."""
    inlined = getattr(module, "BUILTIN_INLINE_WHEN_CALLED", None)
    if inlined is not None:  # else what a compiled function builds or differentiates would break its graph
        ours = str(Path(__file__).parents[2]) + os.sep
        module.SKIP_DIRS.append(ours)
        module._recompile_re()
        inlined.add(ours)


def watch_construction(kind: type, then: Callable[[], None] = lambda: None) -> None:
    """From now on note where objects of this class, and of its subclasses, are built; `then` is called for each.

    By `__new__`, which is over when `__init__` begins: a wrap of `__init__` would stand in tracebacks, and be counted by the
    `stacklevel` of warnings. Under Dynamo nothing is noted: a module may be built inside of a compiled function.
    """
    if "__new__" in vars(kind):
        return

    def __new__(cls: type, *args: Any, **kwargs: Any) -> Any:
        make: Any = super(kind, cls).__new__  # type: ignore[arg-type]
        if is_compiling():
            return make(cls)
        thing = make(cls) if make is object.__new__ else make(cls, *args, **kwargs)
        try:
            SITES.note(thing, sys._getframe(1))
            then()
        except Exception:
            return thing
        return thing

    # `inspect.signature` of the class asks `__new__` first; by this it is shown that of `__init__`.
    __new__.__wrapped__ = kind.__init__  # type: ignore[attr-defined, misc]
    kind.__new__ = __new__  # type: ignore[assignment]
