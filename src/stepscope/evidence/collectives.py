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
    """The ranks that waited in vain, each with its first collective; and those that had not even begun it, or were told by others."""

    waited: tuple[Waited, ...]
    behind: tuple[int, ...] = ()

    @property
    def operation(self) -> str:
        """What they waited in."""
        return self.waited[0].operation if self.waited else "a collective"

    @property
    def number(self) -> int | None:
        """The how-manieth collective it was."""
        return self.waited[0].number if self.waited else None
