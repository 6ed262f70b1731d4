"""The search for images that are alike: which pairs are still worth a comparison, and the groups that those found make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from stepscope.collect.files.copies.comparing import Pair

EACH = 6
"""Candidates that one image is compared with in vain."""
MOST = 30_000
"""Comparisons in one run that may come to nothing; each of the others makes a group larger."""
DETAIL_OF_EACH, DETAIL_OF_ALL = 3, 10
"""As how many of these a comparison of details counts, which costs thirty times as much as one of small pictures."""


class Search:
    """The groups found so far, and what may still be spent."""

    def __init__(self, rows: Iterable[int]) -> None:
        self.group_of = {row: row for row in rows}
        self.used: Counter[int] = Counter()
        self.vain = self.left = 0

    def is_open(self, pair: Pair) -> bool:
        """Whether a pair is worth a comparison: neither has been compared often in vain, and they are not known to be alike."""
        one, other, _ = pair
        return self.used[one] < EACH and self.used[other] < EACH and self._first(one) != self._first(other)

    def is_affordable(self, pair: Pair) -> bool:
        """Whether a pair is still open, and the comparison may be paid for; those that were left for this are counted."""
        is_open = self.is_open(pair)
        self.left += is_open and self.vain >= MOST
        return is_open and self.vain < MOST

    def note(self, pair: Pair, is_same: bool, in_detail: bool) -> None:
        """What a comparison came to."""
        one, other, _ = pair
        if is_same:
            low, high = sorted((self._first(one), self._first(other)))
            self.group_of[high] = low
        else:
            for row in (one, other):
                self.used[row] += DETAIL_OF_EACH if in_detail else 1
            self.vain += DETAIL_OF_ALL if in_detail else 1

    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Rows that are alike."""
        groups: dict[int, list[int]] = {}
        for row in self.group_of:
            groups.setdefault(self._first(row), []).append(row)
        return tuple(tuple(group) for group in groups.values() if len(group) > 1)

    def _first(self, row: int) -> int:
        group_of = self.group_of
        while group_of[row] != row:
            group_of[row] = row = group_of[group_of[row]]
        return row
