"""Pairs of images that may be copies of each other, compared: all by their small pictures, and by their details what those leave open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from stepscope.collect.files.copies.detail import detailed, shows_the_same
from stepscope.collect.files.copies.screening import resembling
from stepscope.collect.files.pictures.inspect import inspect
from stepscope.collect.files.pictures.look import SIDE
from stepscope.collect.files.thumbnails import is_showable
from stepscope.evidence import Images

SMALL = 48
"""Images with a shorter side have no more details than their small pictures, which are compared strictly: many digits and icons resemble each other."""
Reader = Callable[[int], bytes]
"""Gives the bytes of a row."""
Pair = tuple[int, int, int]
"""Two rows, and the position that turns the second into the first: mirrored (1), upside down (2), with rows and columns swapped first (4)."""


class Comparison:
    """Of the rows of some images."""

    def __init__(self, images: Images, read: Reader) -> None:
        self.images, self.read = images, read
        self._thumbnail = lru_cache(maxsize=8192)(self._small)
        self._details = lru_cache(maxsize=1024)(self._detailed)

    def of(self, pairs: Sequence[Pair], is_affordable: Callable[[Pair], bool]) -> Iterator[tuple[Pair, bool, bool]]:
        """Each pair, whether its two show the same picture, and whether that took a look at their details: at the closest first, where it is affordable by then."""
        import numpy as np

        legible = [pair for pair in pairs if self._thumbnail(pair[0]) is not None and self._thumbnail(pair[1]) is not None and is_affordable(pair)]
        if not legible:
            return
        ones = np.stack([self._thumbnail(one) for one, _, _ in legible])
        others = np.stack([in_position(self._thumbnail(other), position) for _, other, position in legible])
        small = np.array([self._is_small(pair) for pair in legible])
        resemble = resembling(ones, others, small)
        for place in (small | ~resemble).nonzero()[0]:
            yield legible[place], bool(resemble[place]), False
        closest = ((ones - others) ** 2).sum(axis=(1, 2)).argsort(kind="stable")
        for place in closest[(resemble & ~small)[closest]]:
            if is_affordable(legible[place]):
                yield legible[place], self._in_detail(*legible[place]), True

    def _in_detail(self, one: int, other: int, position: int) -> bool:
        ones, others = self._details(one), self._details(other)
        return ones is not None and others is not None and shows_the_same(ones, in_position(others, position))

    def _is_small(self, pair: Pair) -> bool:
        return min(int(self.images.facts[name][row]) for name in ("width", "height") for row in pair[:2]) < SMALL

    def _small(self, row: int) -> Any:
        """The small picture of a row, (SIDE, SIDE) of float32: the one that its inspection made, or made now; None where its pixels cannot be seen."""
        import numpy as np

        small = self.images.small.get(self.images.paths[row])
        if small is not None:
            return np.frombuffer(small, np.uint8).reshape(SIDE, SIDE).astype(np.float32)
        try:
            seen = inspect(self.read(row))[0].get("small")
        except (OSError, ValueError):
            return None
        return None if seen is None else seen.astype(np.float32)

    def _detailed(self, row: int) -> Any:
        """What `detailed` gives of a row; None where it cannot be decoded now, or would fill the memory."""
        try:
            return detailed(self.read(row)) if is_showable(self.images.facts[row]) else None
        except Exception:  # whatever a decoder raises
            return None


def in_position(picture: Any, position: int) -> Any:
    """The picture (N, N, ...) in another position, as in a Pair."""
    if position & 4:
        picture = picture.swapaxes(0, 1)
    if position & 1:
        picture = picture[:, ::-1]
    return picture[::-1] if position & 2 else picture
