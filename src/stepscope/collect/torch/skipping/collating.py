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


@dataclass(frozen=True)
class Unfit:
    """The rows of a batch that do not fit, each with why, and whether a sample may take the place of one; no rows where nothing shows which."""

    rows: dict[int, str] = field(default_factory=dict)
    may_follow: Callable[[Any], bool] = lambda _: True


def unfit(fetcher: Any, samples: list[Any], chosen: Sequence[Any], problem: Exception) -> Unfit:
    """What is at fault where `fetcher` could not put these samples together, whose indices are `chosen`. The collate function is given copies."""
    words = message_of(problem)[:LETTERS]
    alone = [_raised_alone(fetcher.collate_fn, sample) for sample in samples]
    at_fault = [row for row, raised in enumerate(alone) if type(raised) is type(problem)]
    if len(samples) == 1 or 0 < 2 * len(at_fault) <= len(samples):
        return Unfit({row: message_of(alone[row] or problem)[:LETTERS] for row in at_fault}, lambda sample: _raised_alone(fetcher.collate_fn, sample) is None)
    odd = odd_ones(kinds_of(samples), fetcher.dataset, numbers(chosen))
    if not odd:
        return Unfit()
    usual = next(signature(sample) for row, sample in enumerate(samples) if row not in odd)
    return Unfit({row: f"{kind} among {usual}: {words}" for row, kind in odd.items()}, lambda sample: signature(sample) == usual)


def _raised_alone(collate: Callable[[Any], Any], sample: Any) -> Exception | None:
    try:
        collate([deepcopy(sample)])
    except Exception as problem:
        return problem
    return None
