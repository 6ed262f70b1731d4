"""When a stream is at its end: it says so, it fails again and again, it begins anew, or it does not end at all."""

from __future__ import annotations

from typing import Any

from stepscope.collect.objects.looked import Looked

ENDLESS = 100_000
"""Samples of a stream after which it counts as one without end."""
AGAIN, AGAIN_BATCHES = 16, 2
"""Samples, or batches, in a row that a stream has given before, from which on it repeats itself."""
IN_A_ROW = 50
"""Failures one after the other after which a stream is left."""
OLD, OLD_TIMES = 1000, 4
"""Samples in a row that were all met before, also as many times the different ones, after which a stream is left: it draws from what was seen."""


class Stream:
    """What came of a stream so far. `notes` tell why it was left before its end."""

    def __init__(self, looked: Looked) -> None:
        self.is_over = False
        self.notes: list[str] = []
        self._looked = looked
        self._failed = 0
        self._samples = 0
        self._signs: list[Any] = []
        self._again = 0
        self._met: set[Any] = set()
        self._old, self._old_positions = 0, 0
        self._ended = self._repeats = False

    @property
    def endless(self) -> bool:
        """Whether it was left though it goes on, and did not begin anew."""
        return not self._ended and not self._repeats

    @property
    def short(self) -> str:
        """Words on a stream that ended before the length that it tells of itself."""
        length = self._looked.length
        whole = self._ended and length is not None and not self._looked.batched and not self._looked.raised and not self._looked.lost
        return f"tells a length of {length:,}, and ends after {self._samples:,} samples" if whole and self._samples < (length or 0) else ""

    def goes_on(self, position: int, came: Any) -> bool:
        """Whether what came of this position is one more part of the stream."""
        if came == "end" or self.is_over:
            self._ended = self._ended or not self.is_over
            self.is_over = True
            return False
        self._failed = self._failed + 1 if "raised" in came else 0
        self._samples += len(came.get("rows", ()))
        if self._failed >= IN_A_ROW:
            self._leave(f"{IN_A_ROW} samples in a row raised: the stream was left there")
        elif self._begins_anew(came):
            first = position - self._again + 1
            for repeated in range(first, position):
                self._looked.rows.pop(repeated, None)
            self._repeats = True
            self._leave(f"the stream repeats itself from position {first} on, and was left there")
            return False
        elif self._is_old(came):
            self._leave(f"the stream gave nothing new from position {position - self._old_positions + 1:,} on, and was left at {position:,}")
        elif self._samples >= ENDLESS:
            self._leave(f"the first {self._samples:,} samples were looked at: the stream did not end there")
        return True

    def _leave(self, why: str) -> None:
        self.is_over = True
        self.notes.append(why)

    def _is_old(self, came: dict[str, Any]) -> bool:
        """Whether all of so many samples were met before."""
        rows = came.get("rows", ())
        contents = [tuple(row["content"]) for row in rows if "content" in row]
        is_old = bool(rows) and len(contents) == len(rows) and self._met.issuperset(contents)
        self._met.update(contents)
        self._old, self._old_positions = (self._old + len(rows), self._old_positions + 1) if is_old else (0, 0)
        return self._old >= max(OLD, OLD_TIMES * len(self._met))

    def _begins_anew(self, came: dict[str, Any]) -> bool:
        """Whether enough in a row equals what the stream began with."""
        rows = came.get("rows", ())
        sign = tuple((tuple(row["content"]), row.get("label")) for row in rows if "content" in row) or None
        again = self._again if sign is not None and self._signs and sign == self._signs[self._again] else 0
        self._again = again + 1 if again or (sign is not None and self._signs and sign == self._signs[0]) else 0
        self._signs.append(sign)
        wanted = AGAIN_BATCHES if self._looked.batched else AGAIN
        return self._again >= wanted and len(set(self._signs[:wanted])) > wanted // 2
