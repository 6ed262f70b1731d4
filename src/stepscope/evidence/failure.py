"""An exception as it was seen: its type, its words, its frames, what it was raised from."""

from __future__ import annotations

import re
from dataclasses import dataclass

_INSTALLED = re.compile(r"-packages/(?P<package>\w+)")
_RAISE = re.compile(r"(?:^|:\s*)raise\b")


@dataclass(frozen=True)
class Frame:
    """One entry of a call stack.

    `line` counts from 1. `code` is the text of that line; `expression` the part of it that was being
    evaluated (PEP 657), empty where Python does not tell (3.10, or a log). `user` is true for code that
    belongs to the person who trains: not the standard library, not an installed package, not ours.
    """

    file: str
    line: int
    function: str
    code: str = ""
    expression: str = ""
    user: bool = False

    @property
    def name(self) -> str:
        """The function's name without its class."""
        return self.function.rpartition(".")[2]

    @property
    def package(self) -> str:
        """The installed package that the file belongs to; empty for the user's own code and the standard library."""
        found = _INSTALLED.search(self.file.replace("\\", "/"))
        return found["package"] if found else ""

    @property
    def torch(self) -> bool:
        """Whether the frame belongs to PyTorch itself."""
        return not self.user and "/torch/" in self.file.replace("\\", "/")


@dataclass(frozen=True)
class Failure:
    """An exception, with the exceptions that led to it.

    `type` is the class's name without its module ("OutOfMemoryError"), `bases` the names of all classes it
    inherits from. `frames` run from the outermost to the innermost; the middle of a very deep stack is left
    out. `causes` are the chained exceptions (`from`, or raised while handling), the nearest first.
    """

    type: str
    message: str
    frames: tuple[Frame, ...] = ()
    bases: tuple[str, ...] = ()
    module: str = "builtins"
    causes: tuple[Failure, ...] = ()
    errno: int | None = None
    filename: str | None = None
    key: str | None = None

    def is_a(self, *names: str) -> bool:
        """Whether the exception is of one of these classes or inherits from one."""
        return self.type in names or any(name in self.bases for name in names)

    def says(self, *words: str) -> bool:
        """Whether the message holds any of these words, whatever their case and the breaks of its lines."""
        message = " ".join(self.message.lower().split())
        return any(word.lower() in message for word in words)

    def passes(self, *functions: str) -> bool:
        """Whether a frame of one of these functions is on the stack."""
        return any(frame.name in functions or frame.function in functions for frame in self.frames)

    def passes_file(self, *endings: str) -> bool:
        """Whether a frame of a file with one of these endings (with forward slashes) is on the stack."""
        return any(frame.file.replace("\\", "/").endswith(endings) for frame in self.frames)

    @property
    def loads_a_sample(self) -> bool:
        """Whether a sample was being loaded: then its size is at fault, not that of a layer."""
        return self.passes("__getitem__", "__getitems__") or any(
            frame.file.replace("\\", "/").endswith("torch/utils/data/_utils/fetch.py") and frame.name != "collate" for frame in self.frames
        )

    @property
    def by_user(self) -> bool:
        """Whether the user's own code raised it: then its words are theirs, and a framework's meaning must not be read into them."""
        inner = self.innermost
        return inner is not None and inner.user and bool(_RAISE.search(inner.code))

    @property
    def first_line(self) -> str:
        """The first line of its words; of an exception without any, its type."""
        return (self.message.strip().splitlines() or [self.type])[0]

    @property
    def below_user(self) -> tuple[Frame, ...]:
        """The frames that the innermost line of the user's own code called into; empty also where there is no such line."""
        inner = max((place for place, frame in enumerate(self.frames) if frame.user), default=len(self.frames))
        return self.frames[inner + 1 :]

    @property
    def innermost(self) -> Frame | None:
        """The frame that raised."""
        return self.frames[-1] if self.frames else None

    @property
    def user_frame(self) -> Frame | None:
        """The innermost frame of the user's own code; without one, the outermost frame."""
        for frame in reversed(self.frames):
            if frame.user:
                return frame
        return self.frames[0] if self.frames else None
