"""What is to be changed in a data set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

DEEDS = {
    "rgb": ("converted to RGB", "image"),
    "upright": ("turned upright, and the EXIF tag removed", "image"),
    "truncated": ("encoded again from what could be decoded", "image"),
    "renamed": ("renamed after their content", "image"),
    "repeat": ("removed, as another of the same split has the same content", "image"),
    "clipped": ("clipped to the image", "box"),
    "sorted": ("given their corners in order", "box"),
    "empty": ("removed as empty", "box"),
    "double": ("removed as written twice", "box"),
    "renumbered": ("given another class number", "label"),
}
"""What a repair does, in words, and to what."""


class RepairFailed(ValueError):
    """The data set cannot be repaired as it was asked; the message says why."""


@dataclass(frozen=True)
class Wanted:
    """What is to be repaired besides what always is: `truncated` images, classes by new number (`renumber`), and `rgb` where not even most images are."""

    truncated: bool = False
    rgb: bool = False
    renumber: dict[int, int] = field(default_factory=dict)


class Change(NamedTuple):
    """One file: the path that it gets (None: it is removed) and its bytes (None: as they are; a function makes them of the old ones, and raises where it cannot)."""

    path: str
    to: str | None
    content: bytes | Callable[[bytes], bytes] | None = None


@dataclass
class Plan:
    """The changes by path, how often each of DEEDS is done, and what was left and why. `folders` and files that are in no change stay as they are."""

    changes: dict[str, Change] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)

    def told(self) -> list[str]:
        """A line for each deed: "repaired: 3 images converted to RGB"."""
        lines = []
        for name, (words, what) in DEEDS.items():
            count = self.done[name]
            if count:
                lines.append(f"repaired: {count:,} {what if count == 1 else what + ('es' if what.endswith('x') else 's')} {words}")
        return [*(lines or ["nothing was to be repaired"]), *self.notes]


def renumbering(text: str) -> dict[int, int]:
    """New numbers by old: of "1:0, 2:1", or of lines of that form. Raises RepairFailed."""
    pairs = [pair for pair in text.replace(",", "\n").split("\n") if pair.strip()]
    numbers: dict[int, int] = {}
    for pair in pairs:
        old, _, new = pair.partition(":")
        if not (old.strip().isdigit() and new.strip().isdigit()):
            raise RepairFailed(f"{pair.strip()!r} is not OLD:NEW, as in 1:0,2:1")
        if numbers.setdefault(int(old), int(new)) != int(new):
            raise RepairFailed(f"the class {int(old)} is given two new numbers")
    if len(set(numbers.values())) < len(numbers):
        raise RepairFailed("two classes are given the same new number: that would join them for good")
    return numbers
