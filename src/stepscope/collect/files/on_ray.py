"""The same work on a Ray cluster: each piece is one task, in a process of Ray's; one that dies costs the one file that it was at."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from stepscope.collect.files.processes import SECONDS, NoWorkers, Outcome, Piece
from stepscope.evidence import State

AHEAD = 3
"""Pieces that wait for each core of the cluster, so that none is idle."""


class NeedsRay(ValueError):
    """`--engine ray` takes Ray."""


class Cluster:
    """A pool whose processes are Ray's: of the cluster that `RAY_ADDRESS` names or this program is connected to, else of this machine.

    Stepscope must be installed on every node, and the data be seen from it under the same path or URL.
    """

    def __init__(self, task: str, given: Any, workers: int) -> None:
        self._task, self._given, self._workers = task, given, workers
        self._started = False

    def __enter__(self) -> Cluster:
        try:
            import ray
        except ImportError:
            raise NeedsRay("to work on a Ray cluster, install it: pip install 'stepscope[ray]'") from None
        if not ray.is_initialized():
            import os

            local: dict[str, Any] = {} if os.environ.get("RAY_ADDRESS") else {"num_cpus": max(self._workers, 1), "include_dashboard": False}
            try:
                ray.init(log_to_driver=False, logging_level=logging.ERROR, **local)
            except Exception as problem:  # Ray raises errors of many kinds where it does not start
                raise NoWorkers(f"Ray does not start: {problem}") from None
            self._started = True
        self._remote = ray.remote(max_retries=0)(_seen)
        return self

    def __exit__(self, *_: object) -> None:
        import ray

        if self._started:
            ray.shutdown()

    def outcomes(self, pieces: Iterator[Piece]) -> Iterator[Outcome]:
        """The outcomes, in the order in which they come."""
        import ray

        room = AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))  # type: ignore[no-untyped-call]
        running: dict[Any, Piece] = {}
        waiting: deque[Piece] = deque()
        while True:
            while len(running) < room and (piece := waiting.popleft() if waiting else next(pieces, None)) is not None:
                running[self._remote.remote(self._task, self._given, list(piece.items))] = piece
            if not running:
                return
            done, _ = ray.wait(list(running), num_returns=1, timeout=None)
            piece = running.pop(done[0])
            try:
                yield Outcome(piece, *ray.get(done[0]))
            except (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError, TimeoutError) as problem:
                if len(piece.items) > 1:
                    waiting.extendleft(Piece(piece.start + place, [item]) for place, item in reversed([*enumerate(piece.items)]))
                else:
                    slow = isinstance(problem, TimeoutError)
                    yield Outcome(piece, f"was not decoded within {SECONDS:.0f} seconds" if slow else "the process that decoded it ended", state=State.SLOW if slow else State.CRASHED)


def _seen(task: str, given: Any, items: list[Any]) -> Any:
    """One piece, in a process of Ray's."""
    module, _, name = task.partition(":")
    return getattr(import_module(module), name)(given, items, lambda: None)
