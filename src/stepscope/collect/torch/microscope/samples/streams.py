"""Samples that can only be gone through: the stream is read again, line by line, until one is not finite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from stepscope.collect.torch.loading import streams
from stepscope.collect.torch.loading.streams import files_opened, own_files, passes, taken
from stepscope.collect.torch.microscope.repeating.lines import ENDED, is_broken, watched
from stepscope.collect.torch.tensors import same_values, tensors_in
from stepscope.evidence import Frame


def is_stream(dataset: Any) -> bool:
    """Whether the samples can only be gone through, and not be asked for."""
    return streams.is_stream(dataset) or not hasattr(type(dataset), "__getitem__")


def search_stream(dataset: Any, batch: Any, workers: int, until: float) -> tuple[list[Frame], list[str]]:
    """The frames at the line that makes a sample not finite, and the files that this sample is read from where it is one of the batch's.

    In the child alone: it sets an audit hook.
    """
    opened = files_opened()
    began: list[Frame] = []
    for loads in passes(dataset, workers, until):
        for sample, lines, files in _broken(loads, opened):
            began = began or lines
            if _is_among(sample, batch):
                return lines or began, files
    return began, []


def _broken(loads: Iterable[Any], opened: list[str]) -> Iterator[tuple[Any, list[Frame], list[str]]]:
    """The samples that are not finite, with the line that made them so and the files of their own."""
    opened.clear()
    files: list[list[str]] = []
    for load in loads:
        sample, began = watched(load)
        files.append(taken(opened))
        if sample is ENDED:
            break
        if is_broken(sample):
            yield sample, began, own_files(files)


def _is_among(sample: Any, batch: Any) -> bool:
    """Whether what is not finite in the sample is a row of the batch."""
    bad = [tensor for tensor in tensors_in(sample) if is_broken(tensor)]
    wholes = [whole for whole in tensors_in(batch) if whole.dim() and is_broken(whole)]
    return any(same_values(row, one) for one in bad for whole in wholes if whole.shape[1:] == one.shape for row in whole)
