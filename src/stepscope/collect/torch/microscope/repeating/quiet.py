"""While a step is repeated: no optimizer moves a weight, no loader is asked for more, nothing is compiled, no other rank is spoken to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import partial
from typing import Any

from stepscope.collect.torch.forked.isolation import NotHere
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.microscope.repeating.ranks import over_at_once


@contextmanager
def quiet(before_step: Callable[[Any], None]) -> Iterator[None]:
    """A context in which the user's step has no effect but on what it holds itself; `before_step` is called with each optimizer that is to step."""
    torch = sys.modules["torch"]
    threads = torch.get_num_threads()
    anomaly = torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()
    torch.set_anomaly_enabled(False)  # it would raise before the gradients are there to be followed back
    hook = sys.modules["torch.optim.optimizer"].register_optimizer_step_pre_hook(lambda optimizer, *_: before_step(optimizer))
    kept = [(owner, name, vars(owner)[name]) for owner, name, _ in _replacements(torch, before_step)]
    for owner, name, replacement in _replacements(torch, before_step):
        setattr(owner, name, replacement)
    torch.set_num_threads(1)
    try:
        with _eager(torch):
            yield
    finally:
        torch.set_num_threads(threads)
        hook.remove()
        for owner, name, original in kept:
            setattr(owner, name, original)
        torch.set_anomaly_enabled(*anomaly)


def _replacements(torch: Any, before_step: Callable[[Any], None]) -> list[tuple[Any, str, Any]]:
    scaler = torch.amp.GradScaler
    found: list[tuple[Any, str, Any]] = [(scaler, name, _nothing) for name in ("update", "unscale_")]
    found.append((scaler, "step", lambda _, optimizer, *__, **___: before_step(optimizer)))
    found.append((torch, "set_anomaly_enabled", _nothing))
    data = sys.modules.get("torch.utils.data.dataloader")
    wrapper = sys.modules.get("torch.nn.parallel.distributed")
    if data is not None:
        kinds = [kind for kind in (data._SingleProcessDataLoaderIter, data._MultiProcessingDataLoaderIter, data._BaseDataLoaderIter) if "__next__" in vars(kind)]
        found += [(kind, "__next__", _handed_out_again) for kind in kinds]
        found.append((data.DataLoader, "__iter__", _no_new_pass))
    found += over_at_once()
    compiler = sys.modules.get("torch._dynamo.eval_frame")
    if compiler is not None and not hasattr(torch.compiler, "set_stance"):  # before torch 2.6
        found.append((compiler, "set_eval_frame", partial(lambda as_written, _: as_written(None), compiler.set_eval_frame)))
    if wrapper is not None:
        found.append((wrapper.DistributedDataParallel, "forward", lambda self, *args, **kwargs: self.module(*args, **kwargs)))
    return found


def _eager(torch: Any) -> AbstractContextManager[Any]:
    """A context in which compiled functions run as they were written."""
    if "torch._dynamo" in sys.modules and hasattr(torch.compiler, "set_stance"):
        with suppress(Exception):
            stance: AbstractContextManager[Any] = torch.compiler.set_stance("force_eager")
            return stance
    return nullcontext()


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
