"""Which collective each rank waited for, as watchdogs and flight recorders tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Waited(NamedTuple):
    """A rank that waited in vain: for which collective, the how-manieth (`number`), of how many elements (None: not told)."""

    rank: int
    operation: str
    number: int | None = None
    elements: int | None = None


@dataclass(frozen=True)
class Collectives:
    """The ranks that waited in vain, each with its first collective; and those that had not even begun it, or were told by others.

    Where nobody tells which ranks waited, `called` is the collective and `count` the how-manieth. `differs` is in what the ranks' calls differ, where they were compared.
    """

    waited: tuple[Waited, ...]
    behind: tuple[int, ...] = ()
    called: str = ""
    count: int | None = None
    differs: str = ""

    @property
    def operation(self) -> str:
        """What they waited in."""
        return self.waited[0].operation if self.waited else self.called or "a collective"

    @property
    def number(self) -> int | None:
        """The how-manieth collective it was."""
        return self.waited[0].number if self.waited else self.count
