"""What a log says beside its tracebacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class Said(NamedTuple):
    """A line of a log without its prefixes: its number (from 1), who said it (a rank, a pod; empty for one voice), how loudly."""

    line: int
    text: str
    speaker: str = ""
    rank: int | None = None
    level: str = ""


class Aside(NamedTuple):
    """A failure of a log that follows from another one, or came after it: its lines, its first words."""

    type: str
    message: str
    first: int
    last: int
    rank: int | None = None


class Heard(NamedTuple):
    """A line that a pattern was found in."""

    said: Said
    match: re.Match[str]


@dataclass(frozen=True)
class Log:
    """The lines that belong to no traceback, in their order. `name` is the log's, `at` the line of its primary failure (0: none).

    `series` are the named numbers that it reports, in their order; memory in megabytes.
    """

    said: tuple[Said, ...] = ()
    name: str = "log"
    at: int = 0
    series: dict[str, tuple[float, ...]] = field(default_factory=dict)
    heard: dict[re.Pattern[str], Heard | None] = field(default_factory=dict, repr=False, compare=False)

    def find(self, pattern: re.Pattern[str]) -> Heard | None:
        """The first line in which the pattern is found; None where it is in none. Looked for once, however many observations share these lines."""
        if pattern not in self.heard:
            self.heard[pattern] = next(self.every(pattern), None)
        return self.heard[pattern]

    def every(self, pattern: re.Pattern[str]) -> Iterator[Heard]:
        """All lines in which the pattern is found."""
        for said in self.said:
            if found := pattern.search(said.text):
                yield Heard(said, found)
