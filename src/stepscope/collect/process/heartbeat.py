"""The heartbeat: a small page of shared memory in which a process says where it is, readable after its death."""

from __future__ import annotations

import mmap
import os
import struct
import sys
import time
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

SIZE = 4096
_HEADER = struct.Struct("<4sIIiiQdddd")
_MAGIC = b"BEAT"
_STATE = struct.Struct("<I")
_STATE_AT = 4
_WORKER = struct.Struct("<i")
_WORKER_AT = 12
_STEP = struct.Struct("<Qdd")
_STEP_AT = struct.calcsize("<4sIIii")
_DREW = struct.Struct("<dq")
_LAST = struct.Struct("<q")
_COUNT = struct.Struct("<I4x")
_DREW_AT = 504
_LAST_AT = _DREW_AT + 8
_COUNT_AT = _LAST_AT + _LAST.size
_SAMPLES_AT = _COUNT_AT + _COUNT.size
SAMPLES = (SIZE - _SAMPLES_AT) // 8

RUNNING, ENDED, FAILED = 0, 1, 2


class Beat(NamedTuple):
    """What a page says.

    `steps` counts finished optimizer steps, `usual_seconds` is what one took on average. `moved` is the last sign of life: a finished
    step, or a batch that was handed out (seconds since 1970). `trains` is true from the first of these on, or from the first pass of a
    loader. `samples` are the indices of the batch that was being loaded, or only the `last` of them that was asked for.
    """

    pid: int
    parent: int
    state: int
    worker: int | None
    rank: int | None
    steps: int
    moved: float
    usual_seconds: float
    started: float
    megabytes: float
    samples: tuple[int, ...]
    last: int | None
    trains: bool = False


class Page:
    """The page of this process. Writing costs about a microsecond and never blocks. Without a folder nobody else sees it.

    `asked` is its place for the sample that is asked for, to be set by index 0. Two writers are C functions, as they are called in every
    step: `stepped(steps, time, time of the first step)`, and `handed_out(time, -1)`, after which no sample of the next batch was asked for.
    """

    def __init__(self, folder: Path | None = None, worker: int | None = None, rank: int | None = None) -> None:
        self._page = _shared(folder) if folder is not None else mmap.mmap(-1, SIZE)
        self.asked = memoryview(self._page)[_LAST_AT:_COUNT_AT].cast("q")
        self.counted = memoryview(self._page)[_STEP_AT : _STEP_AT + 8].cast("Q")
        self.stepped = partial(_STEP.pack_into, self._page, _STEP_AT)
        self.handed_out = partial(_DREW.pack_into, self._page, _DREW_AT)
        now = time.time()
        _HEADER.pack_into(
            self._page, 0, _MAGIC, RUNNING, os.getppid(), -1 if worker is None else worker, -1 if rank is None else rank,
            0, now, 0.0, now, 0.0,
        )  # fmt: skip
        self.asked[0] = -1

    def is_worker(self, number: int) -> None:
        """The process turns out to be the loader worker with this number."""
        _WORKER.pack_into(self._page, _WORKER_AT, number)

    def loads(self, indices: Sequence[Any]) -> bool:
        """The next batch, of these samples, is being loaded, and none of them has been asked for. False where they are no numbers."""
        count = min(len(indices), SAMPLES)
        try:
            _batch(count).pack_into(self._page, _DREW_AT, time.time(), -1, count, *indices[:count])
        except Exception:  # an index of the user's own making may raise anything
            _batch(0).pack_into(self._page, _DREW_AT, time.time(), -1, 0)
            return False
        return len(indices) <= SAMPLES

    def end(self, state: int) -> None:
        """The process leaves in a way that it can tell."""
        _STATE.pack_into(self._page, _STATE_AT, state)


def _shared(folder: Path) -> mmap.mmap:
    """A page in a file of this process, from Python 3.13 on without a file descriptor."""
    with open(folder / f"{os.getpid()}-{time.time_ns()}.beat", "w+b", buffering=0) as file:
        file.write(bytes(SIZE))  # not truncate: on a full disk this raises here, where a page with a hole is a SIGBUS later
        if sys.version_info >= (3, 13):
            return mmap.mmap(file.fileno(), SIZE, trackfd=False)
        return mmap.mmap(file.fileno(), SIZE)


@lru_cache(maxsize=32)
def _batch(count: int) -> struct.Struct:
    """When a batch was asked for, its sample that was asked for last, and its samples."""
    return struct.Struct(f"<dqI4x{count}q")


def read(path: Path) -> Beat | None:
    """What a page says; None where it is not one or was never filled."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if len(data) < SIZE or data[:4] != _MAGIC:
        return None
    _, state, parent, worker, rank, steps, moved, first, started, megabytes = _HEADER.unpack_from(data)
    (count,) = _COUNT.unpack_from(data, _COUNT_AT)
    (last,) = _LAST.unpack_from(data, _LAST_AT)
    drew, _ = _DREW.unpack_from(data, _DREW_AT)
    samples = struct.unpack_from(f"<{min(count, SAMPLES)}q", data, _SAMPLES_AT)
    return Beat(
        pid=int(path.name.partition("-")[0]),
        parent=parent,
        state=state,
        worker=None if worker < 0 else worker,
        rank=None if rank < 0 else rank,
        steps=steps,
        moved=max(moved, drew),
        usual_seconds=(moved - first) / (steps - 1) if steps > 1 else moved - started,
        started=started,
        megabytes=megabytes,
        samples=samples if last < 0 or last in samples else (last,),
        last=None if last < 0 else last,
        trains=bool(steps or drew),
    )


def read_all(folder: Path) -> list[Beat]:
    """The pages of all processes of a run, in the order in which they began."""
    beats = [read(path) for path in folder.glob("*.beat")]
    return sorted((beat for beat in beats if beat is not None), key=lambda beat: beat.started)
