"""While a step is repeated, no other rank is spoken to: each collective of a process group is over at once, however the user's code came to it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

_OTHERS = (
    "allreduce", "allreduce_coalesced", "broadcast", "reduce", "gather", "scatter", "reduce_scatter", "reduce_scatter_single", "_reduce_scatter_base",
    "alltoall", "alltoall_base", "all_to_all_single", "send", "recv", "recv_anysource", "barrier", "monitored_barrier",
)  # fmt: skip
"""Methods of a process group after which its tensors stay as they are."""
_OBJECTS = ("broadcast_object_list", "scatter_object_list")
"""What hands Python objects to other ranks: those that are not the source have none to read."""


class Over:
    """A collective that is over."""

    def wait(self, *_: Any, **__: Any) -> bool:
        """There is nothing to wait for."""
        return True

    is_completed = is_success = synchronize = wait


def over_at_once() -> Iterator[tuple[Any, str, Any]]:
    """The owners and names of what speaks to other ranks, with what takes its place; nothing where there are no ranks."""
    distributed = sys.modules.get("torch.distributed")
    if distributed is None or not distributed.is_available() or not distributed.is_initialized():
        return
    group = distributed.ProcessGroup
    yield from ((group, name, _over) for name in _OTHERS if name in vars(group))
    yield from ((group, name, _gather_whole) for name in ("_allgather_base", "all_gather_single") if name in vars(group))
    yield group, "allgather", _gather
    yield from ((distributed, name, lambda *_, **__: None) for name in _OBJECTS if name in vars(distributed))


def _over(*_: Any, **__: Any) -> Over:
    return Over()


def _gather(_: Any, outputs: Sequence[Any], inputs: Sequence[Any], *__: Any, **___: Any) -> Over:
    """What this rank has stands in for what the others have: memory that was never filled would be taken for the cause."""
    with sys.modules["torch"].no_grad():
        for parts, own in zip(outputs, inputs, strict=False):
            for part in parts:
                part.copy_(own.reshape(part.shape))
    return Over()


def _gather_whole(_: Any, output: Any, own: Any, *__: Any, **___: Any) -> Over:
    with sys.modules["torch"].no_grad():
        output.copy_(own.flatten().repeat(output.numel() // max(own.numel(), 1)).reshape(output.shape))
    return Over()
