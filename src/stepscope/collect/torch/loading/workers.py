"""A loader worker that died or does not come, told from the iterator that was waiting for it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from types import FrameType
from typing import Any

from stepscope.collect.failure import failure_of
from stepscope.collect.logs.endings import worker_death
from stepscope.collect.owner import is_users
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.loading.files import listed_files
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.resolve import resolve
from stepscope.collect.torch.syntax import function_of, loops_around
from stepscope.evidence import LateWorker, WorkerDeath

_HANDLER = "torch/utils/data/_utils/signal_handling.py"


def at_loop(stack: list[Entry]) -> list[Entry]:
    """Where PyTorch's handler of SIGCHLD has raised, up to the loop that draws the batches: what else was at work then has no part in a worker's death."""
    if not stack or not stack[-1][0].f_code.co_filename.replace("\\", "/").endswith(_HANDLER):
        return stack
    for place in reversed(range(len(stack))):
        frame, line, _ = stack[place]
        function = function_of(frame.f_code) if is_users(frame.f_code.co_filename) else None
        loop = next((loop for loop in loops_around(function, line) if _draws(loop, frame)), None) if function is not None else None
        if loop is not None:
            return [*stack[:place], (frame, loop.lineno, -1)]
    return stack


def _draws(loop: ast.For | ast.While, frame: FrameType) -> bool:
    """Whether the head of a loop names a loader, or the class of one."""
    kind = sys.modules["torch.utils.data"].DataLoader
    head = ast.walk(loop.iter) if isinstance(loop, ast.For) else ()
    named = (resolve(node, frame) for node in head if isinstance(node, (ast.Name, ast.Attribute)))
    return any(issubclass(value if isinstance(value, type) else type(value), kind) for value in named)


def worker_death_of(stack: list[Entry], exception: BaseException) -> WorkerDeath | None:
    """The first worker with an exit code, and the batch that it had been asked for; None where all are well."""
    for iterator in _iterators(stack):
        dead = [(number, worker) for number, worker in enumerate(iterator._workers) if _exit_code(worker) not in (None, 0)]
        if dead:
            return _death(iterator, *dead[0])
    return _told(exception)


def _told(exception: BaseException) -> WorkerDeath | None:
    """The worker that PyTorch's handler says has died; its iterator may be gone by now. Where several loaders wait for workers nobody knows whose it was."""
    told = worker_death(failure_of(exception))
    waiting = [history for history in LOADERS.recent() if history.waiting()]
    if told is None or len(waiting) != 1:
        return told
    return replace(told, files=listed_files(waiting[0].dataset, [*chain(*waiting[0].waiting())]))


def late_worker_of(stack: list[Entry], exception: BaseException) -> LateWorker | None:
    """The worker whose batch was next when the loader's time limit passed; None where it was no such limit."""
    iterator = next(_iterators(stack), None) if "DataLoader timed out after" in str(exception) else None
    task = iterator._task_info.get(iterator._rcvd_idx) if iterator is not None else None
    if iterator is None or not task:
        return None
    history = LOADERS.of(iterator)
    samples = history.task(iterator._rcvd_idx) if history else ()
    files = listed_files(history.dataset, samples) if history else {}
    return LateWorker(worker=task[0], pid=int(iterator._workers[task[0]].pid), samples=samples, files=files)


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
    batches = [history.task(task) for task in tasks] if history else []
    files = listed_files(history.dataset, [*chain(*batches)]) if history else {}
    return WorkerDeath(worker=number, pid=int(worker.pid), exit_code=worker.exitcode, samples=next(iter(batches), ()), files=files)
