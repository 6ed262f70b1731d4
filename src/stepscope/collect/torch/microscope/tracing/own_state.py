"""In the child: a state that the step itself writes (a queue of keys, centres of clusters) holds what the failed step has put there by now.

Whether it was so before the step cannot be read off it. The step is repeated with other numbers in the places that are not finite: what then comes out of
one and the same operator, whatever these numbers are, is the step's own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from stepscope.collect.torch.microscope.repeating.again import Repeat
from stepscope.collect.torch.microscope.repeating.operands import storage
from stepscope.collect.torch.microscope.tracing.births import Births

FILLS = (1.0, 0.5)
"""The numbers; none of them is one that `log` or a division stumbles over."""


def begun_otherwise(repeat: Repeat) -> Iterator[Repeat]:
    """The repeats to be run again, one for each of the numbers; none where the step has written no such state."""
    state = _written_state(repeat.births)
    beginnings = [[(whole, whole.where(whole.isfinite(), fill)) for whole in state] for fill in FILLS]  # before the first of them moves it
    for beginning in beginnings if state else ():
        again = Repeat(repeat.aim, Births(), repeat.gradients)
        again.failed, again.carried = repeat.failed, repeat.carried
        again.state = beginning
        yield again


def _written_state(births: Births) -> list[Any]:
    """What was there before the repeat, was read in it when it was not finite, and is written over in it: its whole memory each."""
    links = [link for birth in births.births for link in birth.links if link.source is None and not link.finite]
    found = {storage(link.tensor): link.tensor for link in links if not link.tensor.requires_grad and storage(link.tensor) in births.written}
    return [_memory_of(tensor) for tensor in found.values()]


def _memory_of(tensor: Any) -> Any:
    """All of the memory that a tensor is a part of, as one row."""
    empty = sys.modules["torch"].empty(0, dtype=tensor.dtype, device=tensor.device)
    return empty.set_(tensor.untyped_storage())
