"""In place nothing is cut off: what a repeated step would take from others, or say to them, is held back for as long as it runs."""

from __future__ import annotations

import builtins
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from threading import get_ident
from typing import Any

from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.forked.isolation import NotHere
from stepscope.collect.torch.resolve import stored_attributes

_TAKES = {
    "queue.Queue": ("get",), "multiprocessing.queues.Queue": ("get",), "multiprocessing.queues.SimpleQueue": ("get",),
    "multiprocessing.connection.Connection": ("recv", "recv_bytes"), "threading.Barrier": ("wait",), "threading.Thread": ("start",),
    "subprocess.Popen": ("__init__",), "socket.socket": ("connect",),
}  # fmt: skip
"""What comes once: taken again it is the next, or is waited for in vain; and what would begin beside the step."""
_SAYS = {
    "queue.Queue": ("put",), "multiprocessing.queues.Queue": ("put",), "multiprocessing.queues.SimpleQueue": ("put",),
    "multiprocessing.connection.Connection": ("send", "send_bytes"), "logging.Logger": ("handle",),
    "os": ("remove", "unlink", "rename", "replace", "mkdir", "rmdir"), "torch": ("save",),
}  # fmt: skip
"""What others would hear of twice."""


@contextmanager
def alone(stack: Sequence[Entry]) -> Iterator[None]:
    """A context in which this thread, which these frames belong to, prints, logs and writes nothing, and draws nothing out of what goes on; other threads do as ever."""
    kept = []
    for owner, name, replacement in _replacements(stack):
        kept.append((owner, name, getattr(owner, name)))
        setattr(owner, name, _for_us(replacement, getattr(owner, name)) if callable(replacement) else _Mute(getattr(owner, name)))
    try:
        yield
    finally:
        for owner, name, original in kept:
            setattr(owner, name, original)


def _replacements(stack: Sequence[Entry]) -> Iterator[tuple[Any, str, Any]]:
    for table, replacement in ((_TAKES, _refused), (_SAYS, _unsaid)):
        for path, names in table.items():
            module, _, kind = path.rpartition(".")
            owner = getattr(sys.modules.get(module), kind, None) if module else sys.modules.get(path)
            yield from ((owner, name, replacement) for name in names if owner is not None)
    yield builtins, "input", _refused
    yield builtins, "next", _drawn(_names(stack))
    yield from ((owner, "open", _written) for owner in (builtins, io))
    yield from ((sys, name, None) for name in ("stdout", "stderr"))


def _for_us(replacement: Callable[..., Any], original: Any) -> Any:
    """The replacement in this thread, which is given the original first; the original in all others."""
    ours = get_ident()

    @wraps(original)
    def either(*args: Any, **kwargs: Any) -> Any:
        return replacement(original, *args, **kwargs) if get_ident() == ours else original(*args, **kwargs)

    return either


def _refused(original: Any, *_: Any, **__: Any) -> Any:
    raise NotHere(f"the step calls `{original.__name__}`, which is done once")


def _unsaid(*_: Any, **__: Any) -> None:
    """What takes the place of a call that others hear of."""


def _written(original: Any, file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
    writes = set(str(mode)) & set("wax+") and not isinstance(file, int)
    return original(os.devnull, str(mode).replace("x", "w"), *args, **kwargs) if writes else original(file, mode, *args, **kwargs)


def _names(stack: Sequence[Entry]) -> set[int]:
    """What was there before the step: the values of its names, and what those hold as attributes."""
    values = [value for frame, _, _ in stack for value in (*frame.f_locals.values(), *frame.f_globals.values())]
    return {id(one) for value in values for one in (value, *stored_attributes(value).values())}


def _drawn(before: set[int]) -> Callable[..., Any]:
    """An iterator that was there before has moved on; a loader's gives its batch again."""

    def draw(original: Any, iterator: Any, *default: Any) -> Any:
        if id(iterator) in before and not type(iterator).__module__.startswith("torch.utils.data"):
            raise NotHere("the step draws from an iterator, which gives each thing once")
        return original(iterator, *default)

    return draw


class _Mute:
    """A stream that this thread writes nothing to."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._ours = stream, get_ident()

    def write(self, text: Any) -> Any:
        return len(text) if get_ident() == self._ours else self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
