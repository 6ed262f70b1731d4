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

from stepscope.evidence import Collectives, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

HANG_COLLECTIVE = Rule("HNG104", Severity.ERROR, stage=Stage.DISTRIBUTED, yields_to=("collective-mismatch", "collective-in-one-rank", "hang-worker", "hang-io"))


@HANG_COLLECTIVE.seen_in
def watchdog(waited: Collectives) -> Witnessed:
    """Time-outs of a collective that all who are heard of had begun."""
    first = waited.waited[0]
    yield HANG_COLLECTIVE.found(
        f"{first.operation} waited in vain until the time-out",
        Confidence.LIKELY if len(waited.waited) > 1 else Confidence.POSSIBLE,
        stage=Stage.DISTRIBUTED,
        seen={"waited": ", ".join(f"rank {one.rank}" for one in waited.waited[:8]), "collective": first.operation, "number": first.number},
    )
