"""From a tensor that is not finite back to the operator, the input or the weight that was so first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from stepscope.collect.torch.microscope.tracing.births import Birth, Births, Link


@dataclass(frozen=True)
class Origin:
    """Where it began: the operator (`birth`), or a tensor that was there before the step (`tensor`), with the first operator that met it."""

    birth: Birth | None = None
    tensor: Any = None
    met: Birth | None = None


def origin_of(targets: Iterable[Any], births: Births, is_given: Callable[[Any], bool]) -> Origin | None:
    """The origin of what is not finite in these tensors; None where nothing was seen to make it.

    Only what leads to the targets counts: a NaN that `torch.where` drops on the way, or the infinities of a mask, are none. `is_given` says of
    a tensor from before the step whether it is a batch's or a weight: an infinity elsewhere is a constant of the program's.
    """
    found: list[Origin] = []
    search = _Search(is_given)
    for tensor in targets:
        source = births.source(tensor)
        found += search.roots(source) if source is not None else [Origin(tensor=tensor)]
    given = sorted((origin for origin in found if origin.birth is None), key=lambda origin: origin.met.order if origin.met else 0)
    born = sorted((origin.birth for origin in found if origin.birth is not None), key=_turn)
    return next(iter([*given, *map(Origin, born)]), None)


def _turn(birth: Birth) -> tuple[bool, int]:
    """By their order; an infinity that came in beside one that was computed may be a limit (`clamp`), so it is last."""
    return birth.has_entered and not birth.nan, birth.order


class _Search:
    def __init__(self, is_given: Callable[[Any], bool]) -> None:
        self._is_given = is_given
        self._seen: set[int] = set()

    def roots(self, start: Birth) -> list[Origin]:
        """All places where what reaches this operator began. Iterative: a recurrent net has long chains."""
        found: list[Origin] = []
        waiting = [start]
        while waiting:
            birth = waiting.pop()
            if id(birth) in self._seen:
                continue
            self._seen.add(id(birth))
            following = self._following(birth)
            if not following:
                found.append(Origin(birth))
            for link in following:
                if link.source is not None:
                    waiting.append(link.source)
                else:
                    found.append(Origin(tensor=link.tensor, met=birth))
        return found

    def _following(self, birth: Birth) -> list[Link]:
        """The inputs that brought it along. A NaN comes of a NaN; else of an infinity that was computed, not of one that was asked for."""
        nans = [link for link in birth.links if link.nan]
        if birth.nan and nans:
            return nans
        return [link for link in birth.links if link.infinite and not self._is_asked_for(link)]

    def _is_asked_for(self, link: Link) -> bool:
        """Whether an infinity goes back to constants alone (a mask of -inf)."""
        waiting, seen = [link], set[int]()
        while waiting:
            one = waiting.pop()
            if one.source is None:
                if one.nan or self._is_given(one.tensor):
                    return False
                continue
            if id(one.source) in seen or self._is_constant(one.source):
                continue
            seen.add(id(one.source))
            before = [each for each in one.source.links if not each.finite]
            if not before:
                return False
            waiting += before
        return True

    def _is_constant(self, birth: Birth) -> bool:
        """Whether an infinity was asked for; one in a list is taken for that where it would be in a tensor from before the step."""
        return birth.is_constant and not (birth.has_entered and self._is_given(birth.output))
