"""What is watched in a healthy run: constructions, index lists, finished steps. Nothing else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from time import perf_counter, time
from types import GeneratorType
from typing import Any

from stepscope.collect.imports import when_imported
from stepscope.collect.torch.loading.indices import Announced, announced, is_torchs_own, numbers
from stepscope.collect.torch.loading.loaders import KEY, LOADERS
from stepscope.collect.torch.microscope.watching.sentinel import SENTINEL
from stepscope.collect.torch.microscope.watching.watch import watch_backward, watch_scalers, watch_steps
from stepscope.collect.torch.sites import keep_compiler_out, know_compiler, watch_construction
from stepscope.collect.torch.steps import STEPS
from stepscope.collect.trouble import trouble
from stepscope.collect.unseen import without_ours

WorkerBegins = Callable[[int], None]
WorkerFails = Callable[[BaseException, int], None]


class Listener:
    """Who is told of loader workers; nobody while nothing is guarded."""

    def __init__(self) -> None:
        self.worker_begins: WorkerBegins | None = None
        self.worker_fails: WorkerFails | None = None
        self.installed = False
        self.skipping: Any = None


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
    when_imported("torch._dynamo.trace_rules", keep_compiler_out)
    when_imported("torch.nn.modules.module", lambda module: watch_construction(module.Module, _met_module))
    when_imported("torch.autograd", watch_backward)
    when_imported("torch.amp.grad_scaler", lambda module: watch_scalers(module.GradScaler))
    when_imported("torch.optim.optimizer", _watch_optimizers)
    when_imported("torch.utils.data.dataloader", _watch_loaders)
    when_imported("torch.utils.data._utils.worker", _watch_workers)
    when_imported("torch._utils", _watch_worker_exceptions)


def skip_bad_samples(folder: Path, limit: str, skip_list: str) -> None:
    """Replace samples that cannot be loaded, up to a limit, and leave out those of a list."""
    from stepscope.collect.torch.skipping.fetch import Skipping, watch_fetchers
    from stepscope.collect.torch.skipping.ledger import ledger_at

    watched, _LISTENER.skipping = _LISTENER.skipping, Skipping(limit or "0", ledger_at(folder, skip_list))
    if watched is None:
        when_imported("torch.utils.data._utils.fetch", lambda module: watch_fetchers(module, lambda: _LISTENER.skipping))


def skipping() -> Any:
    """How samples are skipped now, to be given to `skips` when a guard within another ends."""
    return _LISTENER.skipping


def skips(how: Any) -> None:
    """From now on samples are skipped in this way; None: not at all."""
    _LISTENER.skipping = how


def release() -> None:
    """Tell nobody any more. What was wrapped stays wrapped, and only calls what it wraps."""
    _LISTENER.worker_begins = _LISTENER.worker_fails = None
    _LISTENER.skipping = None
    SENTINEL.release()
    LOADERS.forget()
    use_page(None)


def use_page(page: Any) -> None:
    """Let steps and samples be told to this heartbeat, or to none."""
    STEPS.page = page
    Announced.asked = None if page is None else page.asked
    STEPS.counted = [0] if page is None else page.counted


def _met_module() -> None:
    """A module is built: those that were looked for are not all any more."""
    SENTINEL.pending.averages.is_complete = False


def _watch_optimizers(module: Any) -> None:
    watch_construction(module.Optimizer, SENTINEL.may_begin)
    watch_steps(module)


def _watch_loaders(module: Any) -> None:
    watch_construction(module.DataLoader)
    module._BaseDataLoaderIter._sampler_iter = _Chosen()
    module._BaseDataLoaderIter._num_yielded = _Yielded()


class _Chosen:
    """The iterator's own iterator over index lists: where it is set a pass begins, and what notes the lists is put in its place.

    Without a `__get__` the value is read from the instance, by the interpreter itself.
    """

    def __set__(self, iterator: Any, sampler_iter: Any) -> None:
        attributes = iterator.__dict__
        attributes["_sampler_iter"] = sampler_iter
        attributes.pop(KEY, None)
        if _LISTENER.worker_begins is None or not (isinstance(sampler_iter, GeneratorType) or is_torchs_own(iterator)):
            return
        try:
            if _LISTENER.skipping is not None:
                _LISTENER.skipping.pass_begins(iterator)
            attributes["_sampler_iter"] = LOADERS.begin(iterator, sampler_iter, STEPS.page)
            if STEPS.page is not None:
                STEPS.page.loads(())
        except Exception as problem:
            trouble("could not note the index lists", problem)


class _Yielded:
    """The iterator's own counter of batches, which tells us of each as it is counted: no frame of ours stands in a traceback."""

    def __set__(self, iterator: Any, count: int) -> None:
        attributes = iterator.__dict__
        attributes["_num_yielded"] = count
        history = attributes.get(KEY)
        if history is None or not count:
            return
        if _LISTENER.worker_begins is None:
            del attributes[KEY]
            return
        began = perf_counter()
        if history.draws_ahead or history.turn > SENTINEL.beginnings.over_at:
            LOADERS.drawn_ahead(history, SENTINEL.beginnings.over_at)
        history.turn = began
        is_brief = began < SENTINEL.budget.rests_until and not (history.draws_ahead or history.keeps_two)
        caller = sys._getframe(1)
        if caller.f_code.co_name == "__next__":
            history.hands_out(attributes, caller.f_locals.get("data"), is_brief)
        if is_brief:
            SENTINEL.beginnings.drawn_briefly()
            return
        if STEPS.page is not None:
            STEPS.page.handed_out(time(), -1)
        try:
            SENTINEL.drawn(began)
        except Exception as problem:
            trouble("could not note the random states", problem)


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
        if STEPS.page is not None:
            indices = announced(self.dataset, STEPS.page, self.auto_collation, indices)
        return original(self, indices)

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
