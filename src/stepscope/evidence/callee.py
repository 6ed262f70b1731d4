"""What the failing line of the user's called, and the dictionary that it looked a key up in."""

from __future__ import annotations

from dataclasses import dataclass

from stepscope.evidence.failure import Frame


@dataclass(frozen=True)
class Callee:
    """The function or class: its name as written ("nn.CrossEntropyLoss"), its module, its parameters.

    `user` is true for code of the person who trains; `library` is the installed package that it belongs to ("torch"), empty for Python's own.
    """

    name: str
    module: str = ""
    library: str = ""
    user: bool = False
    signature: str = ""


@dataclass(frozen=True)
class Lookup:
    """A dictionary in which a key was not found: its name in the source, the keys that it has, and the call that made it ("torch.load")."""

    name: str
    key: str
    keys: tuple[str, ...] = ()
    origin: str = ""
    line: Frame | None = None
