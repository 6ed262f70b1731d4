"""The labels of a batch beside the head that is to predict them."""

from __future__ import annotations

from dataclasses import dataclass

from stepscope.evidence.failure import Frame
from stepscope.evidence.tensor import Tensor


@dataclass(frozen=True)
class Labels:
    """Targets that met an output in a loss or metric.

    `name` is the user's word for them ("y"). `outside` holds (row, value) of labels that do not fit, the
    first row of the batch being 0, at most twenty; `outside_count` counts all of them, `total` all labels.
    `ignored` is the loss's ignore_index.
    """

    name: str
    tensor: Tensor
    classes: int
    outside: tuple[tuple[int, float], ...] = ()
    outside_count: int = 0
    total: int = 0
    ignored: int | None = None

    def are_rows(self, head: Head) -> bool:
        """Whether each sample is scored against each of its batch, so that the targets are rows of it: as many scores as samples, and no layer gives so many."""
        return not head.kind and self.tensor.shape == (self.classes,)


@dataclass(frozen=True)
class Head:
    """The last layer: `outputs` is its number of scores per sample."""

    path: str
    kind: str
    outputs: int
    definition: Frame | None = None
    activation: str | None = None

    def __str__(self) -> str:
        return f"`{self.path}`, {self.kind} with {self.outputs} outputs" if self.path else f"{self.outputs} outputs"
