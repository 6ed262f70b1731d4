"""The ids of millions of annotations, in eight bytes each."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

LARGEST = 2**62


class Ids:
    """Ids in their order; those that are no whole numbers of usual size are kept apart."""

    def __init__(self) -> None:
        self._numbers = array("q")
        self._others: dict[int, str] = {}
        self._count = 0

    def extend(self, names: Sequence[int | str | None]) -> None:
        """The next ones; None where there is none, which is like no other."""
        try:
            self._numbers.extend(names)  # type: ignore[arg-type]
        except (TypeError, OverflowError):
            del self._numbers[self._count :]
            for name in names:
                self._add(name)
        self._count = len(self._numbers)

    def _add(self, name: int | str | None) -> None:
        if isinstance(name, int) and abs(name) < LARGEST:
            self._numbers.append(name)
            return
        if name is not None:
            self._others[len(self._numbers)] = str(name)
        self._numbers.append(LARGEST + len(self._numbers))

    def twice(self) -> Iterator[tuple[int, int | str]]:
        """Place and name of the second of each that stands twice."""
        import numpy as np

        numbers = np.frombuffer(self._numbers, dtype=np.int64)
        ordered = np.sort(numbers)
        places = np.isin(numbers, ordered[1:][ordered[1:] == ordered[:-1]]).nonzero()[0]  # most often none
        order = places[np.argsort(numbers[places], kind="stable")]
        same = numbers[order][1:] == numbers[order][:-1]
        yield from ((int(place), int(numbers[place])) for place in sorted(order[1:][same].tolist()))
        met: set[str] = set()
        for place, name in self._others.items():
            if name in met:
                yield place, name
            met.add(name)
