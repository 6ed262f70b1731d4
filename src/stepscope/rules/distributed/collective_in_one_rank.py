"""Only some ranks enter a collective; the others never come.

Why
---
A reduction, a broadcast or a barrier ends when every rank has called it. A rank that skipped it, left its loop earlier or is busy elsewhere
lets the rest wait until the time is up.

Fix
---
- Take communicating calls out of `if rank == 0:`: metrics with `sync_dist`, `state_dict()` of FSDP, `barrier`.
- Give all ranks the same number of batches: `DistributedSampler`, `drop_last=True`.
- Work that only one rank does and that takes long: a larger `timeout=` in `init_process_group`.

Bad
---
    if rank == 0:
        dist.all_reduce(loss)

Good
----
    dist.all_reduce(loss)
    if rank == 0:
        print(loss)
"""

from stepscope.evidence import Collectives, Failure, Moment, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

COLLECTIVE_IN_ONE_RANK = Rule(
    "DST102", Severity.ERROR, stage=Stage.DISTRIBUTED, yields_to=("collective-mismatch", "communicator-setup", "uneven-batches", "rank-died-first")
)

_BARRIER = wording(r"[Rr]anks? (?P<ranks>[\d, ]+) failed to (?:pass|join|call into) monitoredBarrier")
_TIMEOUT = wording(r"Timed out waiting (?P<ms>\d+)ms for (?:recv|send) operation")


@COLLECTIVE_IN_ONE_RANK.seen_in
def words(failure: Failure, moment: Moment) -> Witnessed:
    barrier, timeout = _BARRIER.search(failure.message), _TIMEOUT.search(failure.message)
    if not (barrier or timeout):
        return
    yield COLLECTIVE_IN_ONE_RANK.found(
        f"rank {barrier['ranks'].strip()} did not come to the barrier" if barrier else "a collective was waited for in vain",
        Confidence.LIKELY if barrier else Confidence.POSSIBLE,
        stage=Stage.DISTRIBUTED,
        seen={
            "rank": "" if moment.rank is None else moment.rank,
            "says": failure.message[:300],
        },
    )


@COLLECTIVE_IN_ONE_RANK.seen_in
def watchdog(waited: Collectives) -> Witnessed:
    """Ranks that waited for a collective which others had not begun."""
    numbers = {one.number for one in waited.waited}
    if waited.behind and len(numbers) <= 1:
        yield COLLECTIVE_IN_ONE_RANK.found(
            f"rank {', '.join(map(str, waited.behind[:8]))} did not come to {waited.operation}" + ("" if waited.number is None else f" number {waited.number}"),
            Confidence.LIKELY,
            stage=Stage.DISTRIBUTED,
            seen={"waited": ", ".join(f"rank {one.rank}" for one in waited.waited[:8]), "collective": waited.operation},
        )
