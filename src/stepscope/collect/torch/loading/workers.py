"""A loader worker that died, told from the iterator that was waiting for it."""

from __future__ import annotations

from typing import Any

from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.evidence import WorkerDeath


def worker_death_of(stack: list[Entry]) -> WorkerDeath | None:
    """The first worker with an exit code, and the batch that it had been asked for; None where all are well."""
    for frame, _, _ in reversed(stack):
        iterator = frame.f_locals.get("self")
        workers = getattr(iterator, "_workers", None)
        if isinstance(workers, list) and hasattr(iterator, "_task_info"):
            dead = [(number, worker) for number, worker in enumerate(workers) if _exit_code(worker) not in (None, 0)]
            if dead:
                return _death(iterator, *dead[0])
    return None


def _exit_code(worker: Any) -> int | None:
    worker.join(0.05)
    return worker.exitcode if isinstance(worker.exitcode, int) else None


def _death(iterator: Any, number: int, worker: Any) -> WorkerDeath:
    tasks = sorted(task for task, entry in iterator._task_info.items() if entry and entry[0] == number and len(entry) == 1)
    history = LOADERS.of(iterator)
    samples = history.task(tasks[0]) if history and tasks else ()
    return WorkerDeath(worker=number, pid=int(worker.pid), exit_code=worker.exitcode, samples=samples)
