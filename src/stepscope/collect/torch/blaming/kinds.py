"""What the samples of a batch are that could not be put together, and which of them are unlike the rest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import Any

from stepscope.collect.torch.forked.fork import can_fork
from stepscope.collect.torch.loading.files import in_child, say

OTHERS = 16
"""Samples of the data set that are looked at where a batch has no majority."""
ENOUGH = 8
"""So many of them have to answer: fewer would agree by chance."""
SHARE = 0.9
"""So many of those that answer have to be alike before one kind is the usual one."""
LONGEST = 1000


def kinds_of(samples: list[Any]) -> dict[str, tuple[int, ...]]:
    """The rows of each kind of sample, the most frequent kind first; empty where all are of one kind."""
    rows: dict[str, list[int]] = {}
    for row, sample in enumerate(samples):
        rows.setdefault(signature(sample), []).append(row)
    ordered = sorted(rows.items(), key=lambda kind: -len(kind[1]))
    return {kind: tuple(held) for kind, held in ordered} if len(rows) > 1 else {}


def odd_ones(kinds: dict[str, tuple[int, ...]], dataset: Any, indices: tuple[int, ...]) -> dict[int, str]:
    """The rows that are not of the usual kind, with what they are: that of more than half of the batch, else that of the data set.

    Empty where neither shows one: of two samples that differ, none is at fault before it is known what the others look like.
    """
    rows = sum(len(held) for held in kinds.values())
    usual = next((kind for kind, held in kinds.items() if 2 * len(held) > rows), None)
    usual = usual or (usual_kind(dataset, indices) if kinds else None)
    odd = [(row, kind) for kind, held in kinds.items() if kind != usual for row in held]
    return dict(sorted(odd)) if usual in kinds else {}


def usual_kind(dataset: Any, without: Iterable[int]) -> str | None:
    """What nearly all of some other samples of the data set are, as it says when it is asked; None where they are of several kinds."""
    others = _others(dataset, set(without))
    if len(others) < ENOUGH:
        return None
    answers = Counter(_asked(dataset, others).values())
    (kind, count), *_ = answers.most_common(1) or [("", 0)]
    return kind if answers.total() >= ENOUGH and count >= SHARE * answers.total() else None


def is_unlike_others(dataset: Any, index: int, passed: list[int]) -> bool:
    """Whether a sample that is all of its batch is of another kind than those that passed before it, or than nearly all others."""
    kinds = _asked(dataset, [index, *passed])
    kind = kinds.pop(index, None)
    if kind is None or kind in kinds.values():
        return False
    return bool(kinds) or usual_kind(dataset, (index,)) not in (None, kind)


def asked_kinds(dataset: Any, indices: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    """The rows of each kind of sample of a batch that was put together, as the data set says when it is asked again; empty where one does not answer."""
    told = _asked(dataset, list(indices)) if dataset is not None else {}
    kinds = {kind: tuple(row for row, index in enumerate(indices) if told[index] == kind) for kind in told.values()} if {*indices} <= {*told} else {}
    return dict(sorted(kinds.items(), key=lambda kind: -len(kind[1])))


def without(key: str, kinds: dict[str, tuple[int, ...]]) -> dict[int, str]:
    """The rows whose samples lack a key that others have, with what they are."""
    lacking = {kind: rows for kind, rows in kinds.items() if not re.search(rf"[{{ ]{re.escape(key)}: ", kind)}
    return dict(sorted((row, kind) for kind, rows in lacking.items() for row in rows)) if len(lacking) < len(kinds) else {}


def _asked(dataset: Any, indices: list[int]) -> dict[int, str]:
    """What these samples are, as the data set says in a forked child."""

    def look(index: int, send: int) -> None:
        say(send, index, signature(dataset[index]))

    return in_child(indices, look) if can_fork() else {}


def _others(dataset: Any, without: set[int]) -> list[int]:
    """Samples by lot, as any fixed distance between them may be one at which the data repeat themselves."""
    try:
        known = range(len(dataset))
    except Exception:  # a stream, or a length of the user's own making
        return []
    drawn = Random(0).sample(known, min(len(known), OTHERS + len(without)))
    return [index for index in drawn if index not in without][:OTHERS]


def signature(sample: Any) -> str:
    """Shapes and types of a sample, in words that two equal samples share."""
    return _described(sample, 0)[:LONGEST]


def _described(sample: Any, depth: int) -> str:
    if hasattr(sample, "shape") and hasattr(sample, "dtype"):
        return f"{str(sample.dtype).removeprefix('torch.')}{list(sample.shape)}"
    if isinstance(sample, dict) and depth < 4:
        return "{" + ", ".join(f"{key}: {_described(value, depth + 1)}" for key, value in sample.items()) + "}"
    if isinstance(sample, (list, tuple)) and depth < 4:
        if len(sample) > 8 or all(isinstance(item, (int, float)) for item in sample):
            return f"{type(sample).__name__} of {len(sample)}"
        return "(" + ", ".join(_described(item, depth + 1) for item in sample) + ")"
    return type(sample).__name__
