"""An exception as its text tells it: its class and what it inherits from, the numbers, files and frames that its words hold."""

from __future__ import annotations

import builtins
import re
from collections.abc import Sequence

from stepscope.collect.logs.frames import entries_in, frame
from stepscope.collect.logs.keras import bared
from stepscope.evidence import Failure, Frame

OUTER, INNER = 60, 60
"""Frames kept from each end of a stack."""
WIDE = 2_000
"""Characters kept of one line of an exception's words: what rules search takes its time by the square of a line."""
_DEFINED = re.compile(r"defined at (?!\(most)(?P<file>[^\s:()\[\]]{1,500}|<ipython-input-[^>]+>):(?P<line>\d+)")
_ERRNO = re.compile(r"\[(?:Errno|WinError) (?P<errno>\d+)\] [^:]*(?:: '(?P<file>[^'\n]*)')?")


def is_exception(kind: str) -> bool:
    """Whether this is the name of an exception of Python's, or of one that libraries raise by that name."""
    return isinstance(getattr(builtins, kind, None), type) or kind in _BASES


def failure_from(kind: str, message: str, frames: Sequence[Frame]) -> Failure:
    """An exception as its text tells it: with what its words hold of numbers, files and frames."""
    if len(message) > WIDE:
        message = "\n".join(line[:WIDE] for line in message.split("\n"))
    kind, message, converted = bared(kind, message)
    module, _, name = kind.rpartition(".")
    number = _ERRNO.search(message[:2000])
    missing = re.search(r"No such file or directory: '(?P<file>[^'\n]+)'|(?P<other>\S+); No such file or directory", message[:4000])
    file = (number["file"] if number else None) or (missing and (missing["file"] or missing["other"])) or None
    return Failure(
        type=name,
        message=message[:20_000],
        module=module or ("builtins" if hasattr(builtins, name) else ""),
        bases=_bases(name, module),
        frames=(*ends(frames), *ends(converted), *_frames_in(message)),
        errno=int(number["errno"]) if number else None,
        filename=file,
        key=message.strip().partition("\n")[0][:200] if name == "KeyError" else None,
    )


_BASES = {
    "UnidentifiedImageError": ("OSError",), "DecompressionBombError": (), "JSONDecodeError": ("ValueError",), "OutOfMemoryError": ("RuntimeError",),
    "AcceleratorError": ("RuntimeError",), "DistBackendError": ("DistError", "RuntimeError"), "DistNetworkError": ("DistError", "RuntimeError"), "DistStoreError": ("DistError", "RuntimeError"),
    "DistError": ("RuntimeError",), "UnpicklingError": ("PickleError",), "PicklingError": ("PickleError",),
    "error": (), "ParserError": ("ValueError",), "AxisError": ("ValueError", "IndexError"), "LinAlgError": ("ValueError",), "MisconfigurationException": (),
    "BackendCompilerFailed": ("TorchDynamoException", "RuntimeError"), "InternalTorchDynamoError": ("TorchDynamoException", "RuntimeError"),
    "_ArrayMemoryError": ("MemoryError",), "XlaRuntimeError": ("RuntimeError",), "JaxRuntimeError": ("RuntimeError",), "ChunkedEncodingError": ("OSError",),
    "ConnectionError": ("OSError",), "EntryNotFoundError": ("OSError",), "TimeoutExpired": (),
}  # fmt: skip
"""What well-known classes inherit from, where Python itself does not know them."""


def _bases(name: str, module: str) -> tuple[str, ...]:
    kind = getattr(builtins, name, None) if not module or module == "builtins" else None
    if isinstance(kind, type):
        return tuple(base.__name__ for base in kind.__mro__[kind.__name__ == name :])
    known = _BASES.get(name, ())
    inner = next((getattr(builtins, base) for base in known if hasattr(builtins, base)), Exception)
    return tuple(dict.fromkeys((*known, *(base.__name__ for base in inner.__mro__))))


def ends(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """The frames without the middle of a very deep stack."""
    return tuple(frames) if len(frames) <= OUTER + INNER else (*frames[:OUTER], *frames[-INNER:])


def _frames_in(message: str) -> tuple[Frame, ...]:
    """The frames that an exception's words name: where a graph's node was defined, what torch.compile was given."""
    head = message[:20_000]
    if "(most recent call last)" in head or "from user code" in head or "Stack trace" in head or "Caused by op" in head or "Original stack trace for" in head:
        return tuple(each for each in entries_in(head) if each.user)
    return tuple(each for each in (frame(place["file"], place["line"], None) for place in _DEFINED.finditer(head)) if each.user)
