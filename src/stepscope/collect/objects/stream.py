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

    def goes_on(self, position: int, came: Any) -> bool:
        """Whether what came of this position is one more part of the stream."""
        if came == "end" or self.is_over:
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
            self._leave(f"the stream repeats itself from position {first} on, and was left there")
            return False
        elif self._samples >= ENDLESS:
            self._leave(f"the first {self._samples:,} samples were looked at: the stream did not end there")
        return True

    def _leave(self, why: str) -> None:
        self.is_over = True
        self.notes.append(why)

    def _begins_anew(self, came: dict[str, Any]) -> bool:
        """Whether enough in a row equals what the stream began with."""
        rows = came.get("rows", ())
        sign = tuple((tuple(row["content"]), row.get("label")) for row in rows if "content" in row) or None
        again = self._again if sign is not None and self._signs and sign == self._signs[self._again] else 0
        self._again = again + 1 if again or (sign is not None and self._signs and sign == self._signs[0]) else 0
        self._signs.append(sign)
        wanted = AGAIN_BATCHES if self._looked.batched else AGAIN
        return self._again >= wanted and len(set(self._signs[:wanted])) > wanted // 2
