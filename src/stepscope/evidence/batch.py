"""The batch that was at hand, and the samples of the data set that it was made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from stepscope.evidence.failure import Frame
from stepscope.evidence.tensor import Tensor


@dataclass(frozen=True)
class Batch:
    """A batch with its provenance.

    `indices[r]` is the index in the data set of row r, empty where it is not known. `culprits` are the rows whose
    values break the failing call (positions in the batch, from 0), empty where no row stands out; with `listed` they are places in `indices` alone, as the
    user's own collate function may have put the rows in another order.
    `files` maps a row to the file that its sample was read from. `fields` are the batch's tensors by name, `loader` the line that built the loader,
    `dataset_size` the number of samples that it goes through.
    Where the samples could not be put together, `kinds` are their shapes and types with the rows of each, the most frequent first, and
    `odd` the rows that are not of the usual kind, with what they are: empty where no kind is usual.
    """

    indices: tuple[int, ...] = ()
    culprits: tuple[int, ...] = ()
    listed: bool = False
    files: dict[int, str] = field(default_factory=dict)
    fields: dict[str, Tensor] = field(default_factory=dict)
    rows: int | None = None
    dataset: str = ""
    dataset_size: int | None = None
    loader: Frame | None = None
    workers: int = 0
    odd: dict[int, str] = field(default_factory=dict)
    kinds: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def row(self, row: int) -> str:
        """A row in words, with its sample where that is known: "row 3 (sample 7)"."""
        return f"row {row} (sample {self.indices[row]})" if row < len(self.indices) else f"row {row}"


@dataclass(frozen=True)
class Remainder:
    """A batch of fewer rows than those before it, which all had `usual`: the last of an epoch."""

    rows: int
    usual: int

    def times(self, asked: int, there: int) -> bool:
        """Whether one number stands for `usual` rows and the other for those that are there: `2 * batch_size` of two views of each sample, say."""
        return there > 0 and there % self.rows == 0 and asked == there // self.rows * self.usual
