"""A collective operation waits for a rank that does not come.

Why
---
An all-reduce, a broadcast or a barrier ends when every rank has called it. A rank that is still loading data, saving, evaluating, or has ended, leaves the others
waiting until the time-out, and the watchdog then ends them all: what they report is not where it began.

Fix
---
- Find the rank that did not come: `TORCH_NCCL_TRACE_BUFFER_SIZE=2000` keeps what each rank called, `py-spy dump --pid PID` shows where it stands.
- Long work of one rank (a download, an evaluation, a checkpoint) needs a longer time-out: `init_process_group(timeout=timedelta(hours=2))`.
- Every rank has to call every collective: no `if rank == 0:` around one.

Bad
---
    if rank == 0:
        evaluate(model)          # twenty minutes, while the others wait in all_reduce

Good
----
    dist.init_process_group("nccl", timeout=timedelta(hours=1))
"""

from stepscope.evidence import Collectives, Failure, Frame, Interruption, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

HANG_COLLECTIVE = Rule("HNG104", Severity.ERROR, stage=Stage.DISTRIBUTED, yields_to=("collective-mismatch", "collective-in-one-rank", "hang-worker", "hang-io"))

_COLLECTIVES = wording(
    r"_?(?:monitored_)?barrier|_?(?:all|ring)_?(?:reduce|gather|to_all)\w*|reduce(?:_scatter\w*|_async)?|broadcast\w*|_sync_\w+|gather\w*|scatter\w*|send|recv|isend|irecv|wait(?:_for_everyone)?|synchronize|wait_at_barrier|sync_global_devices"
)
"""Functions that end when the other ranks have come."""
_LIBRARIES = ("/torch/distributed/", "/torch/nn/parallel/distributed", "/horovod/", "/deepspeed/comm", "/mpi4py/", "/accelerate/", "/lightning/", "/lightning_fabric/", "/jax/_src/distributed", "/jax/experimental/multihost", "/tensorflow/python/distribute")
_TIMED_OUT = wording(r"collective operation timeout|[Ww]atchdog caught collective|ran for \d+ milliseconds before timing out")
_OPERATION = wording(r"OpType=(?P<op>\w+)")
_NOT_THERE = wording(r"rank (?P<rank>\d+) has inconsistent 0 params")


@HANG_COLLECTIVE.seen_in
def watchdog(waited: Collectives) -> Witnessed:
    """Time-outs of a collective that all who are heard of had begun."""
    yield HANG_COLLECTIVE.found(
        f"{waited.operation} waited in vain until the time-out",
        Confidence.LIKELY if len(waited.waited) > 1 else Confidence.POSSIBLE,
        stage=Stage.DISTRIBUTED,
        seen={"waited": ", ".join(f"rank {one.rank}" for one in waited.waited[:8]), "collective": waited.operation, "number": waited.number},
    )


@HANG_COLLECTIVE.seen_in
def dumped(stop: Interruption) -> Witnessed:
    """In a dump of stacks: the process stands in a collective of a library."""
    at = next((frame for frame in reversed(stop.stacks.get("main", ())[-8:]) if _is_collective(frame)), None)
    if stop.signal or at is None:
        return
    line = next((frame for frame in reversed(stop.stacks["main"]) if frame.user), None)
    yield HANG_COLLECTIVE.found(
        f"stood still in `{at.name}`, which waits for the other ranks", Confidence.LIKELY, stage=Stage.DISTRIBUTED, line=line, seen={"stands in": f"{at.file}:{at.line}"}
    )


def _is_collective(frame: Frame) -> bool:
    file = "/" + frame.file.replace("\\", "/")  # py-spy writes paths below the folder of packages
    return _COLLECTIVES.fullmatch(frame.name) is not None and any(part in file for part in _LIBRARIES)


@HANG_COLLECTIVE.seen_in
def absent(failure: Failure) -> Witnessed:
    """DDP compares the models of all ranks: what a rank did not send reads as zero parameters, which no rank can have."""
    if found := _NOT_THERE.search(failure.message):
        yield HANG_COLLECTIVE.found(
            f"rank {found['rank']} did not come to the comparison of the models", Confidence.LIKELY, stage=Stage.DISTRIBUTED, seen={"rank": found["rank"], "says": failure.first_line[:250]}
        )


@HANG_COLLECTIVE.seen_in
def timed_out(failure: Failure) -> Witnessed:
    """The watchdog's own exception: which ranks were missing, it does not know."""
    if _TIMED_OUT.search(failure.message):
        operation = _OPERATION.search(failure.message)
        yield HANG_COLLECTIVE.found(
            f"{operation['op'] if operation else 'a collective'} waited in vain until the time-out", Confidence.POSSIBLE, stage=Stage.DISTRIBUTED, seen={"says": failure.message[:300]}
        )
