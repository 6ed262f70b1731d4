"""Streams: data sets whose samples can only be gone through. In a forked child they are gone through again."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from stepscope.collect.torch.loading.files import TOGETHER, opened_data


def is_stream(dataset: Any) -> bool:
    """Whether a data set gives its samples by itself, and none that is asked for."""
    return any(base.__name__ == "IterableDataset" for base in type(dataset).__mro__)


def gone_through(dataset: Any, workers: int, until: float) -> Iterator[tuple[Any, list[str]]]:
    """The samples of a stream, each with the files of its own."""
    opened = files_opened()
    for loads in passes(dataset, workers, until):
        files: list[list[str]] = []
        with suppress(StopIteration):
            for load in loads:
                sample = load()
                files.append(taken(opened))
                yield sample, own_files(files)


def passes(dataset: Any, workers: int, until: float) -> Iterator[Iterator[Callable[[], Any]]]:
    """For each worker its pass over the stream: what gives the next sample, as often as it is asked for until that moment of `time.monotonic`."""
    return (_pass(dataset, worker, workers, until) for worker in (range(workers) if workers else (None,)))


def _pass(dataset: Any, worker: int | None, workers: int, until: float) -> Iterator[Callable[[], Any]]:
    if worker is not None:  # the stream asks which part of it is to be read
        module = sys.modules["torch.utils.data._utils.worker"]
        module._worker_info = module.WorkerInfo(id=worker, num_workers=workers, seed=0, dataset=dataset)  # type: ignore[attr-defined]
    stream = iter(dataset)
    while time.monotonic() < until:
        yield lambda: next(stream)


def files_opened() -> list[str]:
    """A list that the data files are added to which are opened from now on. In a child alone: it sets an audit hook."""
    opened: list[str] = []
    sys.addaudithook(lambda event, arguments: opened.extend(opened_data(event, arguments)))
    return opened


def taken(opened: list[str]) -> list[str]:
    """What was opened since it was asked for last, once each."""
    files = list(dict.fromkeys(opened))
    opened.clear()
    return files


def own_files(files: Sequence[list[str]]) -> list[str]:
    """The files of the sample that came last: those opened for it, where each sample had as many of its own, or the only file there is.

    A stream that shuffles reads ahead: it has opened more for its first sample, and what it opens later belongs to samples to come.
    """
    if len({len(each) for each in files}) == 1:
        return files[-1] if len(files[-1]) <= TOGETHER else []
    every = list(dict.fromkeys(path for each in files for path in each))
    return every if len(every) == 1 else []
