"""In the child: no optimizer moves a weight, no loader is asked for more, nothing is compiled, no other rank is spoken to."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from stepscope.collect.torch.loaders import LOADERS
from stepscope.collect.torch.microscope.isolation import NotHere


def quiet(optimizer_hook: Callable[[Any], None]) -> None:
    """In this child: no optimizer moves a weight, no loader is asked for more, nothing is compiled, no other rank is spoken to."""
    torch = sys.modules["torch"]
    torch.set_num_threads(1)
    sys.modules["torch.optim.optimizer"].register_optimizer_step_pre_hook(lambda optimizer, *_: optimizer_hook(optimizer))
    scaler = torch.amp.GradScaler
    scaler.step = scaler.update = scaler.unscale_ = _nothing
    data = sys.modules.get("torch.utils.data.dataloader")
    if data is not None:
        data._BaseDataLoaderIter.__next__ = _handed_out_again
        data.DataLoader.__iter__ = _no_new_pass
    _leave_ranks_alone()
    if "torch._dynamo" in sys.modules:
        with suppress(Exception):
            torch.compiler.set_stance("force_eager")


def _leave_ranks_alone() -> None:
    distributed = sys.modules.get("torch.distributed")
    wrapper = sys.modules.get("torch.nn.parallel.distributed")
    if distributed is not None and getattr(distributed, "is_initialized", bool)():
        for name in ("all_reduce", "broadcast", "reduce", "barrier", "all_gather", "all_gather_into_tensor", "reduce_scatter_tensor", "monitored_barrier"):
            setattr(distributed, name, _nothing)
    if wrapper is not None:
        wrapper.DistributedDataParallel.forward = lambda self, *args, **kwargs: self.module(*args, **kwargs)


def _nothing(*_: Any, **__: Any) -> None:
    """What takes the place of a call that would have an effect."""


def _handed_out_again(iterator: Any) -> Any:
    history = LOADERS.of(iterator)
    if history is None or history.kept is None:
        raise NotHere("the loader's batch is no longer at hand")
    history.used_again = True
    return history.kept


def _no_new_pass(_: Any) -> Any:
    raise NotHere("a new pass over the loader would begin")
