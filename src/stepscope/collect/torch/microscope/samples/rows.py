"""Which samples of the batch made the step fail: proven by repeating it with others in their place."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, pairwise, product
from typing import Any, NamedTuple

from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.microscope.repeating.again import Attempt
from stepscope.collect.torch.microscope.repeating.names import names_of
from stepscope.collect.torch.tensors import tensors_in


class Place(NamedTuple):
    """Where the samples of a step may stand: a tensor, and which of its rows are those of the batch, in their order.

    `picked` is true where the program's own statements took these rows of a larger tensor.
    """

    tensor: Any
    order: tuple[int, ...]
    picked: bool


def places(attempt: Attempt, births: Any) -> list[list[Place]]:
    """The places that belong together: each picking of rows by itself, and the tensors of the batch by their number of rows."""
    sizes: dict[int, list[Place]] = {}
    for tensor in batch_tensors(attempt):
        size = int(tensor.shape[0])
        sizes.setdefault(size, []).append(Place(tensor, tuple(range(size)), picked=False))
    picks: dict[tuple[int, ...], list[Place]] = {}
    for whole, order in births.picked:
        if not _is_order(whole):
            picks.setdefault(order, []).append(Place(whole, order, picked=True))
    wide = {len(place.order) for group in (*picks.values(), *sizes.values()) for place in group if place.tensor.dim() > 1}
    return [*_of_samples(picks.values(), wide), *sizes.values()]


def _of_samples(picks: Iterable[list[Place]], wide: set[int]) -> list[list[Place]]:
    """Without what was looked up in a table of numbers, one for each sample: the weight of its class, the noise level of its step.

    These are single numbers beside a batch of as many rows, and in an order of their own (`wide` are the lengths of such batches); by themselves they are
    told by an entry that was picked twice.
    """
    return [
        group for group in picks
        if any(place.tensor.dim() > 1 for place in group) or (len(group[0].order) not in wide and len(set(group[0].order)) == len(group[0].order))
    ]  # fmt: skip


def layouts(rows: Sequence[int], rows_of: int, size: int) -> list[tuple[int, ...]]:
    """Rows of an operator's output as rows of a batch of this size: a sample's tokens or patches stand together, its views in one batch behind the other.

    Which of them it is the repeats will show. Empty where the sizes do not fit.
    """
    if rows_of == size:
        return [tuple(rows)]
    if size < 2 or rows_of % size:
        return []
    together, behind = {row // (rows_of // size) for row in rows}, {row % size for row in rows}
    return [tuple(sorted(found)) for found in ([together, behind] if together != behind else [together]) if len(found) < size]


def rows_of_parts(rows: Sequence[int], rows_of: int, joined: Iterable[Sequence[int]]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Where parts of these sizes were joined to one tensor: the size of the one part that these rows of an operator's output lie in, and the rows of it."""
    for sizes in joined:
        begins = list(accumulate(sizes, initial=0))
        for found, (begin, end) in product(layouts(rows, rows_of, begins[-1]), pairwise(begins)):
            if begin <= found[0] and found[-1] < end:
                yield end - begin, tuple(row - begin for row in found)


@contextmanager
def others_in(group: Sequence[Place], rows: Sequence[int]) -> Iterator[bool]:
    """For a while, another sample stands in these rows of the batch. Gives False where there is none that could."""
    kept = []
    for tensor, order, _ in group:
        good = next((place for row, place in enumerate(order) if row not in rows), None)
        if good is None:
            continue
        with sys.modules["torch"].no_grad():
            for row in rows:
                kept.append((tensor, order[row], tensor[order[row]].clone()))
                tensor[order[row]] = tensor[good].clone()
    try:
        yield bool(kept)
    finally:
        with sys.modules["torch"].no_grad():
            for tensor, place, value in kept:
                tensor[place] = value


def _is_order(tensor: Any) -> bool:
    """Whether it holds an order of samples (a permutation), not samples."""
    return tensor.dim() == 1 and not tensor.is_floating_point() and bool(tensor.sort().values.equal(tensor.new_tensor(range(tensor.numel()))))


def batch_tensors(attempt: Attempt) -> list[Any]:
    """The tensors that make up the batch: what the loader handed out, and what of the names no operator with a gradient made."""
    kept = [history.kept for history in LOADERS.recent()[:2] if history.kept is not None]
    found: list[Any] = [tensor for batch in kept for tensor in tensors_in(batch)]
    found += [tensor for value in names_of(attempt.unit).values() for tensor in tensors_in(value)]
    batch = [tensor for tensor in found if tensor.dim() and tensor.grad_fn is None and not tensor.requires_grad and tensor.shape[0] > 1]
    return [tensor for place, tensor in enumerate(batch) if all(tensor is not other for other in batch[:place])]
