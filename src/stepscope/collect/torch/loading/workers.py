"""A loader worker that died or does not come, told from the iterator that was waiting for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.evidence import LateWorker, WorkerDeath


def worker_death_of(stack: list[Entry]) -> WorkerDeath | None:
    """The first worker with an exit code, and the batch that it had been asked for; None where all are well."""
    for iterator in _iterators(stack):
        dead = [(number, worker) for number, worker in enumerate(iterator._workers) if _exit_code(worker) not in (None, 0)]
        if dead:
            return _death(iterator, *dead[0])
    return None


def late_worker_of(stack: list[Entry], exception: BaseException) -> LateWorker | None:
    """The worker whose batch was next when the loader's time limit passed; None where it was no such limit."""
    iterator = next(_iterators(stack), None) if "DataLoader timed out after" in str(exception) else None
    task = iterator._task_info.get(iterator._rcvd_idx) if iterator is not None else None
    if iterator is None or not task:
        return None
    history = LOADERS.of(iterator)
    return LateWorker(worker=task[0], pid=int(iterator._workers[task[0]].pid), samples=history.task(iterator._rcvd_idx) if history else ())


def _iterators(stack: list[Entry]) -> Iterator[Any]:
    """The loader iterators with workers that these frames belong to, the innermost first."""
    for frame, _, _ in reversed(stack):
        iterator = frame.f_locals.get("self")
        if isinstance(getattr(iterator, "_workers", None), list) and hasattr(iterator, "_task_info"):
            yield iterator


def _exit_code(worker: Any) -> int | None:
    worker.join(0.05)
    return worker.exitcode if isinstance(worker.exitcode, int) else None


def _death(iterator: Any, number: int, worker: Any) -> WorkerDeath:
    tasks = sorted(task for task, entry in iterator._task_info.items() if entry and entry[0] == number and len(entry) == 1)
    history = LOADERS.of(iterator)
    samples = history.task(tasks[0]) if history and tasks else ()
    return WorkerDeath(worker=number, pid=int(worker.pid), exit_code=worker.exitcode, samples=samples)
