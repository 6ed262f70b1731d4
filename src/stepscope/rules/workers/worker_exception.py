"""An exception in a loader worker, with no narrower name.

Why
---
The exception was raised in another process; what the main process shows is a copy of its text. The first part of that text is what
counts: the line of the data set that failed.

Fix
---
- Ask the data set for the named sample alone, `dataset[index]`; go through an `IterableDataset` by itself, `for sample in dataset`.
- Set `num_workers=0` to get the exception, its variables and a debugger in the main process.

Bad
---
    loader = DataLoader(dataset, num_workers=4)     # "Caught KeyError in DataLoader worker process 2"

Good
----
    dataset[1203]                                   # the same exception, at its own line
"""

from stepscope.evidence import Failure, Moment, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

WORKER_EXCEPTION = Rule("WRK101", Severity.ERROR, stage=Stage.DATA, fallback=True)


@WORKER_EXCEPTION.seen_in
def worker(failure: Failure, moment: Moment) -> Witnessed:
    if moment.worker is None:
        return
    text = (failure.message.strip().splitlines() or [""])[0]
    yield WORKER_EXCEPTION.found(
        f"{failure.type} in loader worker {moment.worker}: {text}",
        seen={"exception": failure.type, "says": failure.message[:400], "worker": moment.worker},
    )


@WORKER_EXCEPTION.seen_in
def copied_text(failure: Failure) -> Witnessed:
    if failure.says("in DataLoader worker process"):
        yield WORKER_EXCEPTION.found(f"{failure.type} in a loader worker", Confidence.LIKELY, seen={"says": failure.message[:400]})
