"""An index that goes past the axis that it asks."""

from __future__ import annotations

from dataclasses import dataclass

from stepscope.evidence.tensor import Tensor


@dataclass(frozen=True)
class Indexed:
    """An index by the user's name for it; `size` is the number of entries of the axis that it asks."""

    name: str
    tensor: Tensor
    size: int
