"""What is watched in a healthy run: constructions, index lists, finished steps. Nothing else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from inspect import signature
from types import ModuleType
from typing import Any

from stepscope.collect.failure import without_ours
from stepscope.collect.imports import when_imported
from stepscope.collect.torch.loaders import LOADERS, Announced, numbers
from stepscope.collect.torch.sites import watch_construction
from stepscope.collect.torch.steps import STEPS

WorkerBegins = Callable[[int], None]
WorkerFails = Callable[[BaseException, int], None]


def install(page: Any, worker_begins: WorkerBegins, worker_fails: WorkerFails) -> None:
    """Watch PyTorch as soon as the user's code imports it.

    `page` is the heartbeat (or None), `worker_begins(number)` is called in a loader worker when it begins, and
    `worker_fails(exception, number)` there while the frames of its exception are alive.
    """
    use_page(page)
    when_imported("torch.nn.modules.module", lambda module: watch_construction(module.Module))
    when_imported("torch.optim.optimizer", _watch_optimizers)
    when_imported("torch.utils.data.dataloader", _watch_loaders)
    when_imported("torch.utils.data._utils.worker", lambda module: _watch_workers(module, worker_begins))
    when_imported("torch._utils", lambda module: _watch_worker_exceptions(module, worker_fails))


def use_page(page: Any) -> None:
    """Let steps and samples be told to this heartbeat; None for none."""
    STEPS.page = Announced.page = page


def _watch_optimizers(module: ModuleType) -> None:
    watch_construction(module.Optimizer)
    module.register_optimizer_step_post_hook(STEPS.finished)


def _watch_loaders(module: ModuleType) -> None:
    watch_construction(module.DataLoader)
    kind = module._BaseDataLoaderIter
    next_index = kind._next_index
    if hasattr(next_index, "_stepscope"):
        return

    @wraps(next_index)
    def _next_index(self: Any) -> Any:
        try:
            indices = next_index(self)
        except StopIteration:
            LOADERS.exhausted(self)
            raise
        LOADERS.drew(self, indices)
        page = STEPS.page
        if type(indices) is not list or self._num_workers:
            return indices
        if page is not None:
            page.samples(numbers(indices))
        return indices if hasattr(self._dataset, "__getitems__") else Announced(indices)

    _next_index._stepscope = next_index  # type: ignore[attr-defined]
    kind._next_index = _next_index
    kind._num_yielded = _Yielded()


class _Yielded:
    """The iterator's own counter of batches, which tells us of each as it is counted: no frame of ours stands in a traceback."""

    def __get__(self, iterator: Any, kind: type) -> Any:
        return self if iterator is None else iterator.__dict__["_num_yielded"]

    def __set__(self, iterator: Any, count: int) -> None:
        iterator.__dict__["_num_yielded"] = count
        caller = sys._getframe(1)
        LOADERS.yielded(iterator, count, caller.f_locals.get("data") if caller.f_code.co_name == "__next__" else None)


def _watch_workers(module: ModuleType, worker_begins: WorkerBegins) -> None:
    loop = module._worker_loop
    arguments = signature(loop)

    @wraps(loop)
    def _worker_loop(*args: Any, **kwargs: Any) -> Any:
        worker_begins(int(arguments.bind(*args, **kwargs).arguments.get("worker_id", 0)))
        _announce_samples()
        return loop(*args, **kwargs)

    module._worker_loop = _worker_loop


def _announce_samples() -> None:
    """In a worker: let the heartbeat know each sample that the data set is asked for."""
    from torch.utils.data._utils import fetch

    original = fetch._MapDatasetFetcher.fetch

    @wraps(original)
    def fetching(self: Any, indices: Any) -> Any:
        LOADERS.in_worker = numbers(indices)
        if STEPS.page is not None:
            STEPS.page.samples(LOADERS.in_worker)
        if type(indices) is list and not hasattr(self.dataset, "__getitems__"):
            indices = Announced(indices)
        return original(self, indices)

    fetch._MapDatasetFetcher.fetch = fetching  # type: ignore[method-assign]


def _watch_worker_exceptions(module: ModuleType, worker_fails: WorkerFails) -> None:
    kind = module.ExceptionWrapper
    initialise = kind.__init__

    @wraps(initialise)
    def __init__(self: Any, exc_info: Any = None, where: str = "in background") -> None:
        info = exc_info if exc_info is not None else sys.exc_info()
        if "DataLoader worker" in where and info[1] is not None:
            worker_fails(info[1], int("".join(filter(str.isdigit, where)) or 0))
            info = (info[0], info[1], without_ours(info[2]))
        initialise(self, info, where)

    kind.__init__ = __init__
