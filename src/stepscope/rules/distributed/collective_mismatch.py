"""Ranks issue different collectives, or different shapes in the same one.

Why
---
A collective pairs the calls of all ranks by their order. Where one rank reduces and another gathers, or tensors differ in size or type, the
numbers are mixed up or the ranks wait for each other for ever; some checks stop the run before that.

Fix
---
- Call the same collectives in the same order on every rank: no `if rank == 0:` around a call that communicates.
- Pad tensors to one size before `all_gather`, or use `all_gather_object`.
- Build the same model on each rank: the same seed, the same configuration.
- `TORCH_DISTRIBUTED_DEBUG=DETAIL` checks each collective.

Bad
---
    dist.all_gather(outputs, predictions)            # the last batch is shorter on one rank

Good
----
    dist.all_gather_object(outputs, predictions.cpu())
"""

from stepscope.evidence import Collectives, Failure, Moment, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

COLLECTIVE_MISMATCH = Rule("DST101", Severity.ERROR, stage=Stage.DISTRIBUTED)

_SURE = wording(
    r"Detected mismatch between collectives on ranks|Collectives differ in the following aspects|Mismatch between collective operation types"
    r"|Mismatched [^\n:]{3,80}: One rank [^\n]{1,200} but another rank"
    r"|appears not to match (?:sizes|strides) of the same param in process|DDP expects same model across all ranks|params? (?:in|count).{0,40}across (?:all )?ranks"
)
_LIKELY = wording(r"op\.preamble\.length <= op\.nbytes|[Rr]eceived data size doesn't match|verify_params_across_processes|Message truncated")


@COLLECTIVE_MISMATCH.seen_in
def words(failure: Failure, moment: Moment) -> Witnessed:
    sure, likely = _SURE.search(failure.message), _LIKELY.search(failure.message)
    if "inconsistent 0 params" in failure.message:  # what a rank that never came did not send reads as zero: see hang_collective
        return
    if sure or likely:
        yield COLLECTIVE_MISMATCH.found(
            "the ranks do not do the same thing" if sure else "a rank sent another amount than this one expects",
            Confidence.CERTAIN if sure else Confidence.LIKELY,
            stage=Stage.DISTRIBUTED,
            seen={"rank": "" if moment.rank is None else moment.rank, "says": failure.message[:400]},
        )


@COLLECTIVE_MISMATCH.seen_in
def watchdog(waited: Collectives) -> Witnessed:
    """Ranks that waited for different collectives at the same time."""
    kinds = {(one.operation, one.number, one.elements) for one in waited.waited}
    if len(kinds) > 1 and len({(one.operation, one.elements) for one in waited.waited}) > 1:
        yield COLLECTIVE_MISMATCH.found(
            "the ranks wait for different collectives",
            Confidence.LIKELY,
            stage=Stage.DISTRIBUTED,
            seen={f"rank {one.rank}": f"{one.operation}, number {one.number}, {one.elements} elements" for one in waited.waited[:8]},
        )


@COLLECTIVE_MISMATCH.seen_in
def recorded(waited: Collectives) -> Witnessed:
    """The flight recorders of all ranks, compared."""
    if waited.differs:
        yield COLLECTIVE_MISMATCH.found(
            f"the ranks' calls of {waited.operation} number {waited.number} differ", Confidence.CERTAIN, stage=Stage.DISTRIBUTED, seen={"differs in": waited.differs}
        )
