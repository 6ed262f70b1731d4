"""What is watched in a healthy run: constructions, index lists, finished steps. Nothing else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from stepscope.collect.imports import when_imported
from stepscope.collect.torch.loaders import LOADERS, Announced, numbers
from stepscope.collect.torch.sites import know_compiler, watch_construction
from stepscope.collect.torch.steps import STEPS
from stepscope.collect.trouble import trouble
from stepscope.collect.unseen import unseen, without_ours

WorkerBegins = Callable[[int], None]
WorkerFails = Callable[[BaseException, int], None]


class Listener:
    """Who is told of loader workers; nobody while nothing is guarded."""

    def __init__(self) -> None:
        self.worker_begins: WorkerBegins | None = None
        self.worker_fails: WorkerFails | None = None
        self.installed = False


_LISTENER = Listener()


def install(worker_begins: WorkerBegins, worker_fails: WorkerFails) -> None:
    """Watch PyTorch, as soon as the user's code imports it.

    `worker_begins(number)` is called in a loader worker when it begins, `worker_fails(exception, number)` there while the frames of
    its exception are alive. A second call only puts these two in the place of the former.
    """
    _LISTENER.worker_begins, _LISTENER.worker_fails = worker_begins, worker_fails
    STEPS.begin()
    if _LISTENER.installed:
        return
    _LISTENER.installed = True
    when_imported("torch.compiler", know_compiler)
    when_imported("torch.nn.modules.module", lambda module: watch_construction(module.Module))
    when_imported("torch.optim.optimizer", _watch_optimizers)
    when_imported("torch.utils.data.dataloader", _watch_loaders)
    when_imported("torch.utils.data._utils.worker", _watch_workers)
    when_imported("torch._utils", _watch_worker_exceptions)


def release() -> None:
    """Tell nobody any more. What was wrapped stays wrapped, and only calls what it wraps."""
    _LISTENER.worker_begins = _LISTENER.worker_fails = None
    use_page(None)


def use_page(page: Any) -> None:
    """Let steps and samples be told to this heartbeat, or to none."""
    STEPS.page = page
    Announced.asked = None if page is None else page.asked


def _watch_optimizers(module: Any) -> None:
    watch_construction(module.Optimizer)
    module.register_optimizer_step_post_hook(STEPS.finished)


def _watch_loaders(module: Any) -> None:
    watch_construction(module.DataLoader)
    kind = module._BaseDataLoaderIter
    next_index = kind._next_index

    @wraps(next_index)
    def _next_index(self: Any) -> Any:
        try:
            indices = next_index(self)
        except BaseException as exception:
            if isinstance(exception, StopIteration):
                LOADERS.exhausted(self)
            unseen(exception)
            raise
        return indices if _LISTENER.worker_begins is None else _drew(self, indices)

    kind._next_index = _next_index
    kind._num_yielded = _Yielded()


class _Yielded:
    """The iterator's own counter of batches, which tells us of each as it is counted: no frame of ours stands in a traceback."""

    def __get__(self, iterator: Any, kind: type) -> Any:
        if iterator is None:
            return self
        try:
            return iterator.__dict__["_num_yielded"]
        except KeyError:
            raise AttributeError("_num_yielded") from None

    def __set__(self, iterator: Any, count: int) -> None:
        iterator.__dict__["_num_yielded"] = count
        if _LISTENER.worker_begins is None:
            return
        caller = sys._getframe(1)
        try:
            LOADERS.yielded(iterator, count, caller.f_locals.get("data") if caller.f_code.co_name == "__next__" else None)
        except Exception as problem:
            trouble("could not note a batch", problem)


def _drew(iterator: Any, indices: Any) -> Any:
    """Note an index list; gives what is to be used in its place."""
    LOADERS.drew(iterator, indices)
    if iterator._num_workers:
        if STEPS.page is not None:
            STEPS.page.drew()
        return indices
    return _announced(indices, iterator._dataset, iterator._auto_collation)


def _announced(indices: Any, dataset: Any, auto_collation: bool) -> Any:
    """An index list that this process loads, told to the heartbeat; gives what is to be used in its place.

    Where the fetcher does not go through it itself, the list is handed to the data set, which must get its own.
    """
    if STEPS.page is None or type(indices) is not list:
        return indices
    tellable = STEPS.page.loads(indices)
    return Announced(indices) if tellable and auto_collation and not hasattr(dataset, "__getitems__") else indices


def _watch_workers(module: Any) -> None:
    from inspect import signature

    loop = module._worker_loop
    arguments = signature(loop)

    @wraps(loop)
    def _worker_loop(*args: Any, **kwargs: Any) -> Any:
        if _LISTENER.worker_begins is not None:
            _LISTENER.worker_begins(int(arguments.bind(*args, **kwargs).arguments.get("worker_id", 0)))
            _announce_samples()
        return loop(*args, **kwargs)

    module._worker_loop = _worker_loop


def _announce_samples() -> None:
    """In a worker: let the heartbeat know each sample that the data set is asked for."""
    fetch = sys.modules["torch.utils.data._utils.fetch"]

    original = fetch._MapDatasetFetcher.fetch

    @wraps(original)
    def fetching(self: Any, indices: Any) -> Any:
        LOADERS.in_worker = numbers(indices)
        return original(self, _announced(indices, self.dataset, self.auto_collation))

    fetch._MapDatasetFetcher.fetch = fetching


def _watch_worker_exceptions(module: Any) -> None:
    kind = module.ExceptionWrapper
    initialise = kind.__init__

    @wraps(initialise)
    def __init__(self: Any, exc_info: Any = None, where: str = "in background") -> None:
        info = exc_info if exc_info is not None else sys.exc_info()
        if "DataLoader worker" in where and info[1] is not None and _LISTENER.worker_fails is not None:
            _LISTENER.worker_fails(info[1], int("".join(filter(str.isdigit, where)) or 0))
            info = (info[0], info[1], without_ours(info[2]))
        initialise(self, info, where)

    kind.__init__ = __init__
