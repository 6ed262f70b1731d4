"""The run waits for a loader worker that does not come.

Why
---
The main process can do nothing without the next batch, and the worker that should make it is stuck: in a lock that it inherited when it was
forked, in a file system, or in a loop of its own. No time limit is set by default, so it waits for ever.

Fix
---
- Look at the worker's own stack, given here: the line it stands at is the cause.
- Give the loader a `timeout=60`, so that a stuck worker becomes an error.
- Locks inherited by fork: start no threads before the loader, or use `multiprocessing_context="spawn"`; `cv2.setNumThreads(0)` with OpenCV.

Bad
---
    loader = DataLoader(dataset, num_workers=4)

Good
----
    loader = DataLoader(dataset, num_workers=4, timeout=60)
"""

from stepscope.evidence import Failure, Interruption, LateWorker, Log, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

HANG_WORKER = Rule("HNG101", Severity.ERROR, stage=Stage.DATA)

_WAITING = {"_try_get_data", "_get_data"}
LONG_SECONDS = 5.0
_LATE = (
    "Load the named sample with `num_workers=0`: what is only slow comes, and needs a longer `timeout`.",
    "Where it comes then, a lock is at fault that another thread held at the fork: start no threads before the loader, or use `multiprocessing_context=\"spawn\"`.",
    "Where it does not, stop it with Ctrl-C: the traceback names the line it waits at.",
)


@HANG_WORKER.seen_in
def standstill(stop: Interruption) -> Witnessed:
    main = stop.stacks.get("main", ())
    waits = any(frame.name in _WAITING for frame in main)
    if not waits or not (stop.standing_still or (stop.usual_seconds is None and (stop.still_seconds or 0) > LONG_SECONDS)):
        return
    stuck = {name: stack for name, stack in stop.stacks.items() if name.startswith("worker")}
    name, stack = next(((n, s) for n, s in stuck.items() if any(f.user for f in s)), ("", ()))
    line = next((frame for frame in reversed(stack) if frame.user), None)
    yield HANG_WORKER.found(
        f"waited {stop.seconds_told} for a batch, while {name or 'the workers'} stood still",
        stage=Stage.DATA,
        line=line,
        about=f"{name} stands here" if line else "",
        seen={
            f"{who} stands at": f"{frames[-1].file}:{frames[-1].line}  {frames[-1].code}" for who, frames in stuck.items() if frames
        } | {"sample": ", ".join(map(str, stop.samples.get(name, ())))},
    )


@HANG_WORKER.seen_in
def late(failure: Failure, late: LateWorker) -> Witnessed:
    """The loader has a time limit, and it passed. Its workers are ended without a word: where they stood is not known."""
    loading = f", loading sample {late.last}" if late.last is not None else ""
    yield HANG_WORKER.found(
        f"loader worker {late.worker} brought no batch in time{loading}",
        stage=Stage.DATA,
        seen={"says": failure.message[:200], "asked for samples": ", ".join(map(str, late.samples[:16]))},
        instead=_LATE,
    )


_ZOMBIE = wording(r"\sZ[sl+<N]*\s.*\[(?:python|pt_data_worker)[\w.]*\] <defunct>")


@HANG_WORKER.seen_in
def zombies(log: Log) -> Witnessed:
    """Workers that are dead, beside a main process that waits for them, in a list of processes."""
    dead = list(log.every(_ZOMBIE))
    if dead:
        yield HANG_WORKER.found(
            f"{len(dead)} worker process{'es are' if len(dead) > 1 else ' is'} dead, and the main process waits for {'them' if len(dead) > 1 else 'it'}",
            Confidence.LIKELY,
            stage=Stage.DATA,
            seen={"says": dead[0].said.text.strip()[:200]},
            said=dead[0].said,
        )
