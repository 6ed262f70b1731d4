"""What was seen of a data set in Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stepscope.evidence import Failure, State


@dataclass
class Looked:
    """What was seen: `rows` by position, each a list of facts; `failures` by key, with the positions that raised it; the process's own words by position where it died.

    `file` and `line` are where the user's code makes a sample. `collates` tells that a loader puts samples together in a way of its own. `uneven` are words on batches whose parts
    do not belong together, by position; `short` are words on a length that is not the true one; `endless` is a stream that was left before its end. `changed` are samples that are
    other ones when they are drawn again; `loader` are words on the loader, by kind.
    """

    name: str
    length: int | None
    batched: bool
    classes: tuple[str, ...]
    file: str | None
    line: int | None
    rows: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    raised: dict[int, str] = field(default_factory=dict)
    says: dict[int, str] = field(default_factory=dict)
    lost: dict[int, tuple[State, str]] = field(default_factory=dict)
    files: dict[int, str] = field(default_factory=dict)
    uneven: dict[int, str] = field(default_factory=dict)
    short: str = ""
    endless: bool = False
    collates: bool = False
    changed: list[int] = field(default_factory=list)
    loader: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many samples there are, as far as was looked: those of a batch that raised count as one."""
        return sum(map(len, self.rows.values())) + len(self.raised.keys() | self.lost.keys())
