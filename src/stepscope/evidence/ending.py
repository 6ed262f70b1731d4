"""How a process ended where no exception tells: killed, crashed, stopped by a person, left by itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from stepscope.evidence.failure import Frame


@dataclass(frozen=True)
class Death:
    """A process that ended without a Python exception.

    `signal` is the name ("SIGSEGV") or None, `code` the exit code or None. `stack` is what faulthandler wrote, the
    outermost frame first, in the thread that died. `memory_kills` counts the kills for lack of memory that the system booked
    while the run went on (None: the system does not tell); `told_by` says where that was read.
    `hard` is true where it called `os._exit` itself, `midway` where a loop of the training was at work or a sample was being loaded.
    `samples` are the data-set indices that the process was loading. `worker` is a loader worker's number.
    """

    signal: str | None = None
    code: int | None = None
    stack: tuple[Frame, ...] = ()
    fatal: str = ""
    memory_kills: int | None = None
    told_by: str = ""
    samples: tuple[int, ...] = ()
    worker: int | None = None
    pid: int = 0
    megabytes: float | None = None
    steps: int = 0
    hard: bool = False
    midway: bool = False


@dataclass(frozen=True)
class Interruption:
    """A run that a person or a scheduler stopped.

    `still_seconds` is how long no step had been finished, `usual_seconds` how long a step had taken before, `alive_seconds` how long the
    run had lasted. `stacks` are the stacks of all processes at that moment, by name ("main", "worker 1"), outermost frame first.
    """

    signal: str
    still_seconds: float | None = None
    usual_seconds: float | None = None
    alive_seconds: float = 0.0
    steps: int = 0
    stacks: dict[str, tuple[Frame, ...]] = field(default_factory=dict)
    samples: dict[str, tuple[int, ...]] = field(default_factory=dict)
    waiting_for: str = ""

    @property
    def seconds_told(self) -> str:
        """How long it had stood still, in words: "30 s"; empty where that is not known (a dump of stacks in a log: infinite)."""
        known = self.still_seconds is not None and self.still_seconds != float("inf")
        return f"{self.still_seconds:.0f} s" if known else ""

    @property
    def standing_still(self) -> bool:
        """Whether the run had stopped moving before it was interrupted."""
        if self.still_seconds is None:
            return False
        usual = self.usual_seconds if self.usual_seconds is not None else 1.0
        return self.still_seconds > max(3.0, 20 * usual)


@dataclass(frozen=True)
class LateWorker:
    """A loader worker that lives, and brought no batch within the loader's time limit. `samples`, `last` and `files` are as in WorkerDeath."""

    worker: int
    pid: int
    samples: tuple[int, ...] = ()
    last: int | None = None
    files: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WorkerDeath:
    """A loader worker that is gone, as its main process sees it.

    `exit_code` is negative for a signal. `samples` are the indices of the batch it had been asked for; `last` is the one it was loading.
    `files` maps a sample that it had been asked for to its file, where the data set has a list of them.
    """

    worker: int
    pid: int
    exit_code: int | None
    samples: tuple[int, ...] = ()
    last: int | None = None
    files: dict[int, str] = field(default_factory=dict)
