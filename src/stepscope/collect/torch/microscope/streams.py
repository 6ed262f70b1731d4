"""Samples that can only be gone through: the stream is read again, line by line, until one is not finite."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from stepscope.collect.torch import streamed
from stepscope.collect.torch.files import TOGETHER, opened_data
from stepscope.collect.torch.microscope.lines import ENDED, is_broken, watched
from stepscope.collect.torch.microscope.rows import tensors_in
from stepscope.evidence import Frame


def is_stream(dataset: Any) -> bool:
    """Whether the samples can only be gone through, and not be asked for."""
    return streamed.is_stream(dataset) or not hasattr(type(dataset), "__getitem__")


def search_stream(dataset: Any, batch: Any, workers: int, until: float) -> tuple[list[Frame], list[str]]:
    """The frames at the line that makes a sample not finite, and the files that this sample is read from where it is one of the batch's.

    In the child alone: it sets an audit hook.
    """
    opened: list[str] = []
    sys.addaudithook(lambda event, arguments: opened.extend(opened_data(event, arguments)))
    began: list[Frame] = []
    for worker in range(workers) if workers else (None,):
        for sample, lines, files in _broken(_streamed(dataset, worker, workers, until), opened):
            began = began or lines
            if _is_among(sample, batch):
                return lines or began, files
    return began, []


def gone_through(dataset: Any, workers: int, until: float) -> Iterator[tuple[Any, list[str]]]:
    """The samples of a stream, each with the files of its own. In the child alone: it sets an audit hook."""
    opened: list[str] = []
    sys.addaudithook(lambda event, arguments: opened.extend(opened_data(event, arguments)))
    for worker in range(workers) if workers else (None,):
        files: list[list[str]] = []
        with suppress(StopIteration):
            for load in _streamed(dataset, worker, workers, until):
                sample = load()
                files.append(list(dict.fromkeys(opened)))
                opened.clear()
                yield sample, _own(files)


def _streamed(dataset: Any, worker: int | None, workers: int, until: float) -> Iterator[Any]:
    if worker is not None:  # the stream asks which part of it is to be read
        module = sys.modules["torch.utils.data._utils.worker"]
        module._worker_info = module.WorkerInfo(id=worker, num_workers=workers, seed=0, dataset=dataset)  # type: ignore[attr-defined]
    stream = iter(dataset)
    while time.monotonic() < until:
        yield lambda: next(stream)


def _broken(loads: Iterable[Any], opened: list[str]) -> Iterator[tuple[Any, list[Frame], list[str]]]:
    """The samples that are not finite, with the line that made them so and the files of their own."""
    opened.clear()
    files: list[list[str]] = []
    for load in loads:
        sample, began = watched(load)
        files.append(list(dict.fromkeys(opened)))
        opened.clear()
        if sample is ENDED:
            break
        if is_broken(sample):
            yield sample, began, _own(files)


def _is_among(sample: Any, batch: Any) -> bool:
    """Whether what is not finite in the sample is a row of the batch."""
    bad = [tensor for tensor in tensors_in(sample) if is_broken(tensor)]
    wholes = [whole for whole in tensors_in(batch) if whole.dim() and is_broken(whole)]
    return any(whole.shape[1:] == one.shape and any(_is_same(row, one) for row in whole) for one in bad for whole in wholes)


def _is_same(one: Any, other: Any) -> bool:
    return bool(((one == other) | (one.isnan() & other.isnan())).all())


def _own(files: list[list[str]]) -> list[str]:
    """The files of the sample that came last: those opened for it, where each sample had as many of its own, or the only file there is.

    A stream that shuffles reads ahead: it has opened more for its first sample, and what it opens later belongs to samples to come.
    """
    if len({len(each) for each in files}) == 1:
        return files[-1] if len(files[-1]) <= TOGETHER else []
    every = list(dict.fromkeys(path for each in files for path in each))
    return every if len(every) == 1 else []
