"""The longest repetition in a sequence (Main and Lorentz, J. Algorithms 5, 1984).

It halves the sequence and looks for the repetitions across the middle, all periods at once, in linear time. A
half that is no longer than what was found is left out, so a stack that mostly repeats is read about once; the
worst case is n log n.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

Symbols = Sequence[Hashable]


@dataclass(frozen=True)
class Repetition:
    """Where a sequence repeats itself: `items[i] == items[i + period]` from `start` on, over `length` items.

    `length` is at least twice `period`, and the last time may be cut short.
    """

    start: int
    length: int
    period: int


def longest_repetition(items: Symbols) -> Repetition | None:
    """The repetition that covers the most items, with the smallest period; None if nothing repeats."""
    best: Repetition | None = None
    ahead = [(0, len(items))]
    while ahead:
        low, high = ahead.pop()
        if high - low < 2 or (best and high - low <= best.length):
            continue
        middle = (low + high) // 2
        for found in _across(items, low, middle, high):
            if best is None or (found.length, -found.period) > (best.length, -best.period):
                best = found
        ahead += [(low, middle), (middle, high)]
    return best


def _across(items: Symbols, low: int, middle: int, high: int) -> Iterator[Repetition]:
    left, right, whole = items[low:middle], items[middle:high], items[low:high]
    yield from _before(left, right, whole, low)
    # The periods that lie behind the middle are those before it in the sequence read backwards.
    mirrored = _before(right[::-1], left[::-1], whole[::-1], 0)
    yield from (Repetition(high - each.start - each.length, each.length, each.period) for each in mirrored)


def _before(left: Symbols, right: Symbols, whole: Symbols, low: int) -> Iterator[Repetition]:
    """The repetitions one period of which ends where `left` ends."""
    backward = _overlaps(left[::-1])
    forward = _overlaps([*right, _Mark, *whole])[len(right) + 1 :]
    middle = len(left)
    for period in range(1, middle + 1):
        before = backward[period] if period < middle else 0
        after = forward[middle - period]
        if before + after >= period:
            yield Repetition(low + middle - period - before, period + before + after, period)


def _overlaps(items: Symbols) -> list[int]:
    """How many items from each position on equal those at the beginning (the Z function)."""
    size = len(items)
    lengths = [size] + [0] * (size - 1) if size else []
    left = right = 0
    for index in range(1, size):
        length = min(right - index, lengths[index - left]) if index < right else 0
        while index + length < size and items[length] == items[index + length]:
            length += 1
        lengths[index] = length
        if index + length > right:
            left, right = index, index + length
    return lengths


class _Mark:
    """Equal to no item of a sequence."""
