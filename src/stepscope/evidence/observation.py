"""One observation: the pieces of evidence that were seen together, one of a kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from stepscope.evidence.collectives import Collectives
from stepscope.evidence.ending import Death, Interruption
from stepscope.evidence.failure import Failure
from stepscope.evidence.log import Log
from stepscope.evidence.moment import Moment
from stepscope.evidence.nonfinite import NonFinite

T = TypeVar("T")


class Observation:
    """Evidence by type, at most one piece of a type.

    An observation that holds an ending (a failure, a death, an interruption), or a step that was not finite, has one cause; any other may
    show several mistakes at once.
    """

    def __init__(self, *pieces: Any) -> None:
        self._pieces = {type(piece): piece for piece in pieces if piece is not None}

    def __iter__(self) -> Iterator[Any]:
        return iter(self._pieces.values())

    def __contains__(self, kind: type) -> bool:
        return kind in self._pieces

    def get(self, kind: type[T]) -> T | None:
        """The piece of this type, or None."""
        return self._pieces.get(kind)

    def with_(self, *pieces: Any) -> Observation:
        """The same observation with these pieces added or put in place of their kind."""
        return Observation(*self, *pieces)

    @property
    def has_one_cause(self) -> bool:
        """Whether what the observation tells of has a single cause."""
        return any(kind in self._pieces for kind in (Failure, Death, Interruption, NonFinite, Collectives, Log))

    @property
    def moment(self) -> Moment:
        """The moment it was made, an empty one where it is not known."""
        return self.get(Moment) or Moment()
