"""What a loader of PyTorch makes of its data set: whether its first batches can be put together, and whether its workers differ."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from stepscope.collect.objects.facts import array_of

SECONDS, BATCHES = 20.0, 64
"""How long a loader is drawn from, and how many batches at most."""
DEPTH = 4
SHOWN = 10_000
"""Indices of a sampler that are looked at."""


def loads(loader: Any) -> bool:
    """Whether this is a loader of PyTorch."""
    return type(loader).__name__.endswith("DataLoader") and all(hasattr(loader, name) for name in ("collate_fn", "num_workers", "batch_size", "dataset"))


def collates(loader: Any) -> bool:
    """Whether it puts samples together in a way of its own."""
    return not str(getattr(loader.collate_fn, "__module__", "")).startswith("torch.utils.data")


def told_of(loader: Any) -> dict[str, str]:
    """Words on what it does wrong, by kind: "empty", "sampler", "unsharded", "seeded". Raises what putting samples together raises."""
    if _length(loader) == 0:
        return {"empty": f"gives no batch: {len(loader.dataset):,} samples, a batch_size of {loader.batch_size}, drop_last={loader.drop_last}"}
    workers, spawns = loader.num_workers, getattr(loader.multiprocessing_context, "get_start_method", str)() in ("spawn", "forkserver")
    streams = not hasattr(loader.dataset, "__getitem__") or loader.sampler.__class__.__name__ == "_InfiniteConstantSampler"
    sampled = "" if streams else _sampled(loader)
    if sampled:
        return {"sampler": sampled}
    if spawns and workers:
        list(islice(_with(loader, 1), 1))
    else:
        _draw(_with(loader, 0))
    if workers < 2 or spawns:
        return {}
    return _unsharded(loader, workers) if streams else _seeded(loader)


def _length(loader: Any) -> int | None:
    try:
        return len(loader)
    except Exception:  # a stream has none
        return None


def _with(loader: Any, workers: int) -> Any:
    """An iterator of the same loader with so many workers."""
    kept, loader.num_workers, loader.timeout = loader.num_workers, workers, 0
    try:
        return iter(loader)
    finally:
        loader.num_workers = kept


def _draw(batches: Iterator[Any]) -> None:
    until = time.monotonic() + SECONDS
    for _ in islice(batches, BATCHES):
        if time.monotonic() > until:
            return


def _sampled(loader: Any) -> str:
    """Words on an index of the sampler that the data set does not have."""
    count, batches = len(loader.dataset), loader.batch_sampler
    drawn = islice(loader.sampler, SHOWN) if batches is None else islice((index for batch in batches for index in batch), SHOWN)
    odd = next((index for index in drawn if isinstance(index, int) and not -count <= index < count), None)
    return f"its sampler gives the index {odd}, the data set holds {count:,} samples" if odd is not None else ""


def _unsharded(loader: Any, workers: int) -> dict[str, str]:
    """Two workers of a stream begin alike, though it does not give the same batch again and again."""
    alone = [signs_of(batch) for batch in islice(_with(loader, 0), 2)]
    apart = [signs_of(batch) for batch in islice(_with(loader, 2), 2)]
    if len(alone) == len(apart) == 2 and alone[0] and alone[0] != alone[1] and apart == [alone[0]] * 2:
        return {"unsharded": f"each of {workers} workers gives the whole stream"}
    return {}


def _seeded(loader: Any) -> dict[str, str]:
    """Two workers make the same of a sample, twice, and what they make is random."""
    data = sys.modules.get("torch.utils.data")
    if data is None:  # a loader of another make
        return {}
    two = data.DataLoader(loader.dataset, batch_sampler=[[0]] * 4, num_workers=2, collate_fn=_signs, worker_init_fn=loader.worker_init_fn)
    one, other, again = [], [], []
    with suppress(Exception):  # what sample 0 raises was told when it was drawn
        one, other, *again = list(two)
    if one and one == other and again[0] == again[1] != one:
        return {"seeded": "all workers draw the same random numbers"}
    return {}


def _signs(samples: list[Any]) -> list[str]:
    return signs_of(samples)


def signs_of(batch: Any) -> list[str]:
    """A sign for each array in a batch."""
    from xxhash import xxh3_128_hexdigest

    waiting, signs = [(batch, 0)], []
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, (list, tuple)):
            waiting += [(each, depth + 1) for each in value if depth < DEPTH]
            continue
        array = array_of(value)
        if array is not None and array.size > 1:
            signs.append(xxh3_128_hexdigest(array.tobytes()))
    return signs
