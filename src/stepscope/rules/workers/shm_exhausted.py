"""Shared memory is too small for the loader's workers.

Why
---
Workers hand their batches over in shared memory (`/dev/shm`). A container has 64 MB of it by default; what does not fit ends a worker with a bus
error, or refuses a file named `/torch_...`.

Fix
---
- A container: `docker run --shm-size=8g` or `--ipc=host`; Kubernetes: an `emptyDir` with `medium: Memory` at `/dev/shm`.
- Fewer workers, a smaller `prefetch_factor` or batch.
- `torch.multiprocessing.set_sharing_strategy("file_system")` moves it to files, where descriptors run out first.

Bad
---
    docker run --gpus all image python train.py --workers 8

Good
----
    docker run --gpus all --shm-size=8g image python train.py --workers 8
"""

from stepscope.evidence import Failure, Machine, Stage, WorkerDeath, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

SHM_EXHAUSTED = Rule("WRK105", Severity.ERROR, stage=Stage.DATA, yields_to=("too-many-open-files",))

_WORDS = wording(
    r"out of shared memory|insufficient shared memory|unable to (?:write to|allocate shared memory\(shm\) for|resize) file <?/?torch_\S+"
    r"|unable to (?:write to|resize) file </\w+>|unable to mmap \d+ bytes from file </?torch_|Couldn't allocate shared memory segment"
    r"|unable to open shared memory object </?\w+>"
)
_SMALL = 256.0
"""Megabytes of /dev/shm below which a loader is soon in trouble; a container has 64."""


@SHM_EXHAUSTED.seen_in
def words(failure: Failure, machine: Machine) -> Witnessed:
    told = next((one for one in (failure, *failure.causes) if _WORDS.search(one.message)), None)
    full = next((one for one in (failure, *failure.causes) if one.errno == 28 and _in_shared_memory(one)), None)
    if told or full:
        bus = told is not None and "signal: Bus error" in told.message
        yield SHM_EXHAUSTED.found(
            "shared memory is used up",
            Confidence.LIKELY if bus and (machine.shared_memory_free_megabytes or 0) > _SMALL else Confidence.CERTAIN,
            stage=Stage.DATA,
            seen={**_sizes(machine), "says": (told or failure).message[:250]},
        )


@SHM_EXHAUSTED.seen_in
def bus_error(failure: Failure, worker: WorkerDeath, machine: Machine) -> Witnessed:
    """A worker ended by a bus error while little shared memory is there."""
    if worker.exit_code == -7 and machine.shared_memory_megabytes is not None and machine.shared_memory_megabytes < _SMALL:
        yield SHM_EXHAUSTED.found(
            f"loader worker {worker.worker} met the end of shared memory",
            Confidence.LIKELY,
            stage=Stage.DATA,
            seen={**_sizes(machine), "exit code": worker.exit_code},
        )


def _in_shared_memory(failure: Failure) -> bool:
    return failure.passes_file("multiprocessing/shared_memory.py", "multiprocessing/heap.py") or "/dev/shm" in (failure.filename or "")


def _sizes(machine: Machine) -> dict[str, str]:
    total, free = machine.shared_memory_megabytes, machine.shared_memory_free_megabytes
    return {"shared memory": "" if total is None else f"{total:.0f} MB", "free": "" if free is None else f"{free:.0f} MB"}
