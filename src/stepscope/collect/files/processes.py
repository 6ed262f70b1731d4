"""Work in processes of their own: one that dies or does not come back costs the one file that it was at."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from stepscope.collect.files.worker import receive, send
from stepscope.evidence import State

SECONDS = 30.0
"""How long one image may take."""
STARTING = 120.0
"""How long a process may take to start: machines whose disks are slow, or whose cores are all taken."""
_CODE = "import signal, sys, json; signal.signal(signal.SIGINT, signal.SIG_IGN); sys.path[:] = json.loads(sys.argv[1]); from stepscope.collect.files.worker import serve; serve()"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""The environment in which matrices are multiplied by one thread: those of images are small, and threads wait for each other longer than they work."""


class NoWorkers(RuntimeError):
    """No process can be started here."""


class Piece(NamedTuple):
    """Some of the work: `items` from the place `start` on."""

    start: int
    items: Sequence[Any]


class Outcome(NamedTuple):
    """What came of a piece: the function's message and payload, or the state of the single item that ended or held up its process."""

    piece: Piece
    message: Any
    payload: bytes = b""
    state: State | None = None


class Worker:
    """One process, with a thread that hands on what it says."""

    def __init__(self, events: SimpleQueue[tuple[Worker, Any, bytes]], first: Any) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _CODE, json.dumps(sys.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, **ONE_THREAD}
        )
        self.piece: Piece | None = None
        self.ready, self.slow, self.heard = False, False, time.monotonic()
        self._tell(first)
        self.thread = threading.Thread(target=self._listen, args=(events,), daemon=True)
        self.thread.start()

    def take(self, piece: Piece) -> None:
        """Give it a piece."""
        self.piece, self.heard = piece, time.monotonic()
        self._tell(piece.items)

    def late(self) -> bool:
        """Whether it has not been heard of for longer than one image may take."""
        return (self.piece is not None or not self.ready) and time.monotonic() - self.heard > (SECONDS if self.ready else STARTING)

    def end(self) -> None:
        """Make it end, now."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def _tell(self, message: Any) -> None:
        with suppress(OSError):  # it has died, which its thread tells
            send(self.process.stdin, message)  # type: ignore[arg-type]

    def _listen(self, events: SimpleQueue[tuple[Worker, Any, bytes]]) -> None:
        with suppress(OSError, ValueError):
            while (heard := receive(self.process.stdout)) is not None:  # type: ignore[arg-type]
                events.put((self, *heard))
        events.put((self, None, b""))


class Pool:
    """Processes that share pieces of work. A context: when it is left, whatever the reason, none of them is left behind."""

    def __init__(self, task: str, given: Any, workers: int) -> None:
        self._first, self.wanted = {"task": task, "given": given}, workers
        self._events: SimpleQueue[tuple[Worker, Any, bytes]] = SimpleQueue()
        self._workers: list[Worker] = []
        self._waiting: deque[Piece] = deque()
        self._stillborn = 0

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.end()

    def outcomes(self, pieces: Iterator[Piece]) -> Iterator[Outcome]:
        """The outcomes, in the order in which they come. Raises NoWorkers where no process starts."""
        while True:
            self._hand_out(pieces)
            if not any(worker.piece for worker in self._workers) and not self._waiting:
                return
            outcome = self._next()
            if outcome is not None:
                yield outcome

    def _hand_out(self, pieces: Iterator[Piece]) -> None:
        """Give every idle process a piece, and start one where there are pieces for more than there are."""
        idle = [worker for worker in self._workers if worker.ready and worker.piece is None]
        while idle or len(self._workers) < self.wanted:
            piece = self._waiting.popleft() if self._waiting else next(pieces, None)
            if piece is None:
                return
            if idle:
                idle.pop().take(piece)
            else:
                self._waiting.appendleft(piece)
                self._workers.append(Worker(self._events, self._first))
                if len(self._workers) >= self.wanted:
                    return

    def _next(self) -> Outcome | None:
        try:
            worker, message, payload = self._events.get(timeout=0.5)
        except Empty:
            for worker in self._workers:
                if worker.late():
                    worker.slow = True
                    worker.process.kill()
            return None
        worker.heard = time.monotonic()
        if message is None:
            return self._ended(worker)
        if message == "ready":
            worker.ready, self._stillborn = True, 0
        if isinstance(message, str):
            return None
        piece, worker.piece = worker.piece, None
        return Outcome(piece, message, payload) if piece else None

    def _ended(self, worker: Worker) -> Outcome | None:
        """A process has died: its piece is tried again item by item; an item that was alone is to blame."""
        self._workers.remove(worker)
        worker.end()
        self._stillborn += not worker.ready
        if self._stillborn > 2:
            raise NoWorkers(f"processes end at once: {_cause(worker.process.returncode)}")
        piece = worker.piece
        if piece is None:
            return None
        if len(piece.items) > 1:
            self._waiting.extendleft(Piece(piece.start + place, [item]) for place, item in reversed([*enumerate(piece.items)]))
            return None
        if worker.slow:
            return Outcome(piece, f"was not decoded within {SECONDS:.0f} seconds", state=State.SLOW)
        return Outcome(piece, f"the process that decoded it {_cause(worker.process.returncode)}", state=State.CRASHED)


def _cause(code: int) -> str:
    with suppress(ValueError):
        if code < 0:
            return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"
