"""Which samples keep a batch from being put together: those that cannot be put together alone, or are unlike the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from stepscope.collect.failure import message_of
from stepscope.collect.torch.blaming.kinds import kinds_of, odd_ones, signature
from stepscope.collect.torch.loading.indices import numbers

LETTERS = 200
USUAL = "_stepscope_usual"
"""Where a fetcher keeps the kind of sample that was the usual one in a batch that could not be put together."""


@dataclass(frozen=True)
class Unfit:
    """The rows of a batch that do not fit, each with why, and whether a sample may take the place of one; no rows where nothing shows which."""

    rows: dict[int, str] = field(default_factory=dict)
    may_follow: Callable[[Any], bool] = lambda _: True


def unfit(fetcher: Any, samples: list[Any], chosen: Sequence[Any], problem: Exception, stand_ins: Sequence[int] = ()) -> Unfit:
    """What is at fault where `fetcher` could not put these samples together, whose indices are `chosen`. The collate function is given copies.

    The rows of `stand_ins` have taken the places of others: they are at fault before those are that belong here.
    """
    collate = fetcher.collate_fn
    stand_ins = stand_ins[len(stand_ins) == len(samples) :]  # where all are, they have to fit the first
    own = [sample for row, sample in enumerate(samples) if row not in stand_ins]
    if stand_ins and own and _raised(collate, own) is None:
        strange = [row for row in stand_ins if _raised(collate, [*own, samples[row]]) is not None] or stand_ins
        return Unfit(dict.fromkeys(strange, message_of(problem)[:LETTERS]), lambda sample: _raised(collate, [*own, sample]) is None)
    alone = [_raised(collate, [sample]) for sample in samples]
    at_fault = [row for row, raised in enumerate(alone) if type(raised) is type(problem)]
    if len(samples) == 1 or 0 < 2 * len(at_fault) <= len(samples):
        return Unfit({row: message_of(alone[row] or problem)[:LETTERS] for row in at_fault}, lambda sample: _raised(collate, [sample]) is None)
    kinds = kinds_of(samples)
    odd = odd_ones(kinds, fetcher.dataset, numbers(chosen)) or _unlike_before(kinds, fetcher.__dict__.get(USUAL))
    if not odd:
        return Unfit()
    model = next(sample for row, sample in enumerate(samples) if row not in odd)
    usual = fetcher.__dict__[USUAL] = signature(model)
    words = {row: message_of(_raised(collate, [model, samples[row]]) or problem)[:LETTERS] for row in odd}
    return Unfit({row: f"{kind} among {usual}: {words[row]}" for row, kind in odd.items()}, lambda sample: signature(sample) == usual)


def _unlike_before(kinds: dict[str, tuple[int, ...]], usual: str | None) -> dict[int, str]:
    """The rows that are not of the kind that was the usual one in a batch before, where the others of this one are."""
    return {row: kind for kind, rows in kinds.items() if kind != usual for row in rows} if usual is not None and usual in kinds else {}


def _raised(collate: Callable[[Any], Any], samples: list[Any]) -> Exception | None:
    """What comes of putting only these together."""
    try:
        collate(deepcopy(samples))
    except Exception as problem:
        return problem
    return None
