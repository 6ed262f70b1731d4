"""A sample that could not be used, and was replaced by another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Skipped:
    """A bad sample of a data set.

    `index` is its row in the data set (of a split: in the data set that it was taken of), None in a stream, where `position` counts from 0, for each loader `worker` by itself. `dataset` is the class
    and `size` the length of the data set. `file` is the file it was read from, as far as known. `reason` is the exception that it raised while it was
    loaded (`stage` "data") or put together with others ("collate"). `replaced_by` is the index of the sample that took its place. `mark` tells data sets of
    one class and one size apart.
    """

    index: int | str | None
    dataset: str = ""
    size: int | None = None
    file: str | None = None
    reason: str = ""
    stage: str = "data"
    replaced_by: int | str | None = None
    position: int | None = None
    worker: int | None = None
    mark: str = ""

    @property
    def name(self) -> str:
        """What it is called in a report."""
        of = f" of worker {self.worker}" if self.worker is not None else ""
        return f"sample {self.index}" if self.index is not None else f"record {self.position}{of}"
