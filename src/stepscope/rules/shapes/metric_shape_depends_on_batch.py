"""A quantity that is stacked, summed or stored over the batches has another size for the short last batch.

Why
---
The last batch of an epoch is shorter than the others where the number of samples is no multiple of the batch size. Code that gives each
batch the same number of rows works until then, and fails at the end of the first epoch.

Fix
---
- Join along the rows: `torch.cat(outputs)` in place of `torch.stack(outputs)`.
- Add up numbers, weighted by the batch: `total += loss.item() * len(x)`.
- Take sizes from the batch (`x.size(0)`), not from the configuration, or use `drop_last=True`.

Bad
---
    outputs = [model(x) for x in loader]
    scores = torch.stack(outputs)         # (32, 10), (32, 10), ..., (7, 10)

Good
----
    scores = torch.cat(outputs)
"""

import re

from stepscope.evidence import Batch, Failure, Moment, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.shapes.words import broadcast, expanded

METRIC_SHAPE_DEPENDS_ON_BATCH = Rule("SHP112", Severity.ERROR, stage=Stage.METRICS, yields_to=("collate-inconsistent-shapes",))

_STACK = re.compile(r"stack expects each tensor to be equal size, but got \[(?P<first>\d+)(?P<rest>[\d, ]*)\] at entry 0 and \[(?P<other>\d+)(?P<same>[\d, ]*)\]")
_ARRAYS = ("all input arrays must have the same shape", "inhomogeneous shape")
_STAGES = (Stage.METRICS, Stage.LOGGING, Stage.LOSS, Stage.SETUP, None)


@METRIC_SHAPE_DEPENDS_ON_BATCH.seen_in
def stacked(failure: Failure, moment: Moment) -> Witnessed:
    """A list with one entry per batch, of which one is shorter."""
    found = _STACK.search(failure.message)
    if found and found["rest"] == found["same"] and int(found["other"]) < int(found["first"]) and _outside_of_loading(failure):
        yield METRIC_SHAPE_DEPENDS_ON_BATCH.found(
            f"an entry of {found['other']} rows is stacked with entries of {found['first']}",
            Confidence.LIKELY,
            seen={"says": failure.message[:200]},
            fix=("Join the entries along the rows: `torch.cat(...)`.",),
        )


@METRIC_SHAPE_DEPENDS_ON_BATCH.seen_in
def short_batch(failure: Failure, batch: Batch, moment: Moment) -> Witnessed:
    """A sum or a store of one size meets the short last batch, whose number of rows is known."""
    met, rows, samples = broadcast(failure) or expanded(failure), batch.rows, batch.dataset_size
    if met is None or rows is None or rows not in met or moment.stage not in _STAGES or not _outside_of_loading(failure):
        return
    usual = met[0] if met[1] == rows else met[1]
    if usual > rows and (samples is None or samples % usual == rows):
        yield METRIC_SHAPE_DEPENDS_ON_BATCH.found(
            f"this batch has {rows} rows, what it is added to has {usual}",
            Confidence.LIKELY if samples is None else Confidence.CERTAIN,
            seen={"batch": f"{rows} rows" + (f" of {samples} samples" if samples else ""), "says": failure.message[:200]},
        )


@METRIC_SHAPE_DEPENDS_ON_BATCH.seen_in
def arrays(failure: Failure, moment: Moment) -> Witnessed:
    """The same list, given to numpy."""
    metrics = moment.stage in (Stage.METRICS, Stage.LOGGING)
    if failure.is_a("ValueError") and failure.says(*_ARRAYS) and _outside_of_loading(failure) and (metrics or moment.step is not None):
        yield METRIC_SHAPE_DEPENDS_ON_BATCH.found(
            "entries of several lengths are put into one array",
            Confidence.LIKELY if metrics else Confidence.POSSIBLE,
            seen={"says": failure.message[:200]},
        )


def _outside_of_loading(failure: Failure) -> bool:
    return not failure.passes_file("_utils/fetch.py", "_utils/collate.py") and not failure.passes("forward", "__getitem__")
