"""The file behind a sample that a stream has given: the stream is gone through again, in a forked child, until a sample holds the same values."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from stepscope.collect.owner import shown
from stepscope.collect.torch.forked.fork import ask, can_fork
from stepscope.collect.torch.forked.isolation import isolate
from stepscope.collect.torch.loading.files import BESIDE
from stepscope.collect.torch.loading.streams import gone_through
from stepscope.collect.torch.tensors import same_values, tensors_in

SECONDS = 4.0
"""How long the stream may be gone through."""


def files_in_stream(dataset: Any, workers: int, wanted: Mapping[int, Sequence[Any]]) -> dict[int, str]:
    """The file of each of these samples, by its row, where samples have files of their own; `wanted` are the tensors that the batch holds of it.

    Each tensor of the stream's sample has to be among them: what chance has a part in is not found again.
    """
    if not can_fork() or not wanted:
        return {}

    def question(keep: int) -> bytes:
        isolate(keep)
        sys.modules["torch"].set_num_threads(1)
        return json.dumps(_found(dataset, workers, wanted)).encode()

    answer = ask(question, SECONDS + 1)
    return {row: BESIDE.join(map(shown, files)) for row, files in json.loads(answer)} if answer else {}


def _found(dataset: Any, workers: int, wanted: Mapping[int, Sequence[Any]]) -> list[tuple[int, list[str]]]:
    found: dict[int, list[str]] = {}
    for sample, files in gone_through(dataset, workers, time.monotonic() + SECONDS):
        held = tensors_in(sample, arrays=True)
        for row, tensors in wanted.items():
            if row not in found and held and all(any(one.dtype == other.dtype and same_values(one, other) for other in tensors) for one in held):
                found[row] = files
        if len(found) == len(wanted):
            break
    return [(row, files) for row, files in found.items() if files]
