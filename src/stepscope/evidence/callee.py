"""What the failing line of the user's called, what it looked a key or an index up in, and what it could not write down."""

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
    """A dictionary in which a key was not found, or a list that ends before its index.

    Its name in the source, the keys that it has, and the call that made it ("torch.load"). `asked` is the key as it is written: "'label'", "row['file']".
    `size` counts its entries, `beside` those of the longest list that its owner keeps beside it. `numbers` is true where its values number its keys,
    0, 1, 2, ..., as a table of class names does. `content` tells some of it, and of the `records` of its kind beside it `having` have the key.
    """

    name: str
    key: str
    keys: tuple[str, ...] = ()
    origin: str = ""
    line: Frame | None = None
    asked: str = ""
    size: int = 0
    beside: int = 0
    numbers: bool = False
    content: str = ""
    records: int = 0
    having: int = 0


@dataclass(frozen=True)
class Refused:
    """A value that an encoder does not know: the names that lead to it ("history[2]['worst']"), and its class."""

    path: str
    kind: str
