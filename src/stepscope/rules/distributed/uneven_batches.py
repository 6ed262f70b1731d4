"""Ranks have different numbers of batches.

Why
---
Each step of distributed training adds up the gradients of all ranks. A rank whose data end earlier leaves the others waiting in the
step that it does not take part in.

Fix
---
- `DistributedSampler(dataset, drop_last=True)` gives every rank the same number.
- Iterable data sets: count, and stop at the smallest; or wrap the loop in `with model.join():`.

Bad
---
    files = all_files[rank::world_size]              # one rank gets a file more

Good
----
    sampler = DistributedSampler(dataset, drop_last=True)
    loader = DataLoader(dataset, batch_size=32, sampler=sampler)
"""

from stepscope.evidence import Failure, Moment, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed

UNEVEN_BATCHES = Rule("DST103", Severity.ERROR, stage=Stage.DISTRIBUTED)

_WORDS = ("Detected at least one rank that exhausted inputs", "exhausted inputs. Throwing across all ranks")


@UNEVEN_BATCHES.seen_in
def words(failure: Failure, moment: Moment) -> Witnessed:
    if failure.says(*_WORDS):
        yield UNEVEN_BATCHES.found(
            "a rank ran out of batches before the others",
            stage=Stage.DISTRIBUTED,
            seen={"rank": "" if moment.rank is None else moment.rank, "says": failure.message[:250]},
        )
