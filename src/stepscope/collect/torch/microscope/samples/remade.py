"""In the child: the batch is made again by the user's own functions, each time without some of its samples, until one is found that the step fails with."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from stepscope.collect.torch.forked.fork import at_most
from stepscope.collect.torch.microscope.samples.drawn import Drawn

SECONDS = 1.5
"""How long loading and searching may take together: the parent's patience is not much longer, and what the repeat has shown must not be lost over it."""
MOST, ALONE = 1024, 16
"""Samples of a batch that is searched, and of one whose samples are each tried alone."""


def guilty_places(outcome: Callable[[Any], str], rows: tuple[int, ...], drawn: Drawn) -> tuple[int, ...]:
    """The place in the index list of the one sample that made the step fail, or those of all of them; `outcome` says what becomes of the step with another batch.

    Empty where the step is finite with the same samples, loaded again: chance has a part in their loading, and whatever is left out would look guilty.
    """
    collate, dataset, indices = drawn.history.collate, drawn.history.dataset, drawn.indices
    if collate is None or dataset is None or not 1 < len(indices) <= MOST:
        return ()
    until = time.monotonic() + SECONDS
    with suppress(Exception), at_most(SECONDS):  # the data set is the user's
        samples = [dataset[index] for index in indices]
        found = _searched(lambda chosen: outcome(collate([samples[place] for place in chosen])), rows, len(samples), until)
        if found is not None:
            return (found,)
        others = [dataset[index] for index in _others(dataset, indices)] if not rows and len(samples) <= ALONE else []
        return tuple(range(len(samples))) if others and _all_fail(lambda chosen: outcome(collate(chosen)), samples, others) else ()
    return ()


def _others(dataset: Any, indices: Sequence[Any]) -> list[int]:
    """As many other samples, from all over the data set."""
    left = [index for index in range(len(dataset)) if index not in indices]
    return left[:: max(len(left) // len(indices), 1)][: len(indices)] if len(left) >= len(indices) else []


def _all_fail(outcome: Callable[[list[Any]], str], samples: list[Any], others: list[Any]) -> bool:
    """Whether the step fails with each of the samples by itself, and not with others: no pixel of a whole batch is labelled.

    Copies of one sample may fail for being alike, so it is finite with copies of another too.
    """
    size = len(samples)
    if outcome(others) != "finite" or outcome([others[0]] * size) != "finite":
        return False
    return all(outcome([sample] * size) == "not finite" for sample in samples)


def _searched(outcome: Callable[[list[int]], str], rows: tuple[int, ...], size: int, until: float) -> int | None:
    """The row's own place first, then halves of those that are left. `outcome` is given the places of the samples that make up a batch."""
    if outcome(list(range(size))) != "not finite":
        return None

    def is_finite_without(places: Sequence[int]) -> bool:
        stay = [place for place in range(size) if place not in places]
        return outcome([stay[place % len(stay)] if place in places else place for place in range(size)]) == "finite"

    def is_guilty(place: int) -> bool:
        """The step is finite without this sample, and fails with it and copies of another: it is not that all of them together come to zero."""
        return is_finite_without([place]) and outcome([place if each == place else (place + 1) % size for each in range(size)]) == "not finite"

    if rows and rows[0] < size and is_guilty(rows[0]):
        return rows[0]
    left = list(range(size))
    while len(left) > 1 and time.monotonic() < until:
        half = left[: len(left) // 2]
        left = half if is_finite_without(half) else left[len(half) :]
    return left[0] if len(left) == 1 and is_guilty(left[0]) else None
