"""A loader worker was killed or died, mostly for lack of memory.

Why
---
A worker that is killed leaves no exception. The main process notices a missing batch and says that a worker "exited unexpectedly"; a
night's run ends for one of several processes.

Fix
---
- Compare the memory of the machine with what one worker needs, times their number; use fewer workers or smaller batches ahead (`prefetch_factor`).
- Load the named sample alone, with `num_workers=0`: a decoder that crashes will crash the main process at the line that called it.

Bad
---
    loader = DataLoader(dataset, num_workers=16)    # each worker holds its own copy of a 4 GB list

Good
----
    loader = DataLoader(dataset, num_workers=4)     # and the list in a numpy array, shared by all
"""

from stepscope.evidence import Failure, Machine, Stage, WorkerDeath
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

WORKER_KILLED = Rule("WRK102", Severity.ERROR, stage=Stage.DATA, yields_to=("shm-exhausted", "memory-leak"))

_ENDS = {9: "was killed", 15: "was told to end", 11: "crashed in native code", 6: "aborted", 7: "met a bus error"}


@WORKER_KILLED.seen_in
def death(failure: Failure, worker: WorkerDeath) -> Witnessed:
    code = worker.exit_code or 0
    how = _ENDS.get(-code, f"ended with {'signal' if code < 0 else 'exit code'} {abs(code)}")
    sample = f", loading sample {worker.last}" if worker.last is not None else ""
    yield WORKER_KILLED.found(
        f"loader worker {worker.worker} {how}{sample}",
        stage=Stage.DATA,
        seen={"process": worker.pid, "exit code": code, "asked for samples": ", ".join(map(str, worker.samples[:12]))},
    )


@WORKER_KILLED.seen_in
def words(failure: Failure, machine: Machine) -> Witnessed:
    if failure.says("DataLoader worker") and failure.says("exited unexpectedly", "is killed by signal"):
        yield WORKER_KILLED.found("a loader worker died", Confidence.LIKELY, stage=Stage.DATA, seen={"says": failure.message[:300]})
