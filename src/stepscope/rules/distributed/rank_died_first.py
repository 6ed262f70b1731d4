"""One rank failed first; what the others report is a consequence.

Why
---
When a rank ends, its connections close, and every other rank stops in the next collective with words about the network. The launcher then shows
the exit code of one of them.

Fix
---
- Look at the output of the rank that failed first: the earliest traceback by time, `torchrun --log-dir logs --tee 3`.
- An exit code below zero is a signal: -9 is a kill (memory), -11 a crash in native code.
- Decorate the main function with `torch.distributed.elastic.multiprocessing.errors.record`, so that the launcher shows the rank's own traceback.

Bad
---
    torchrun --nproc-per-node=8 train.py > log.txt              # eight tracebacks in one file

Good
----
    torchrun --nproc-per-node=8 --log-dir logs --redirects 3 train.py
"""

import re

from stepscope.evidence import Failure, Moment, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

RANK_DIED_FIRST = Rule("DST104", Severity.ERROR, stage=Stage.DISTRIBUTED, fallback=True, yields_to=("communicator-setup",))

_LOST = wording(
    r"[Cc]onnection (?:was )?(?:closed by|reset by) (?:remote )?peer|remote process exited or there was a network error|ncclRemoteError"
    r"|Application timeout caused pair closure|[Bb]roken pipe|\bConnection closed by peer|NCCL communicator was aborted|Socket closed|recvValue failed|sendBytes failed|recvBytes failed|Horovod has been shut down"
)
_TOLD = wording(r"process (?P<process>\d+) terminated with (?:exit code|signal|the following error)", re.IGNORECASE)


@RANK_DIED_FIRST.seen_in
def words(failure: Failure, moment: Moment) -> Witnessed:
    talking = failure.type.startswith(("Dist", "Horovod")) or failure.says("gloo/transport", "ProcessGroup", "nccl") or any("torch/distributed/" in frame.file.replace("\\", "/") for frame in failure.frames)
    told = _TOLD.search(failure.message)
    launcher = failure.is_a("ChildFailedError", "ProcessRaisedException", "ProcessExitedException")
    if (talking and _LOST.search(failure.message)) or launcher:
        yield RANK_DIED_FIRST.found(
            f"process {told['process']} of the run failed" if told else "another rank ended first" if not launcher else "a rank of the run failed",
            Confidence.LIKELY,
            stage=Stage.DISTRIBUTED,
            seen={"this rank": "" if moment.rank is None else moment.rank, "says": failure.message.strip()[:400]},
        )
