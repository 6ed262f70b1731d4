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

from stepscope.evidence import Batch, Call, Failure, Head, Indexed, Labels, Moment, Remainder, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Draft, Rule, Witnessed
from stepscope.rules.shapes.words import broadcast, expanded

METRIC_SHAPE_DEPENDS_ON_BATCH = Rule("SHP112", Severity.ERROR, stage=Stage.METRICS, yields_to=("collate-inconsistent-shapes",))

SHORT = (
    "Take the number from the batch, `len(x)`, not from the configuration: `torch.randperm(len(x))`.",
    "Or leave the short last batch out: `DataLoader(..., drop_last=True)`.",
)
"""What helps against a constant batch size."""

_STACK = wording(r"stack expects each tensor to be equal size, but got \[(?P<first>\d+)(?P<rest>[\d, ]*)\] at entry 0 and \[(?P<other>\d+)(?P<same>[\d, ]*)\]")
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


@METRIC_SHAPE_DEPENDS_ON_BATCH.seen_in
def index(failure: Failure, indexed: Indexed, remainder: Remainder, moment: Moment) -> Witnessed:
    """An order of as many samples as the other batches have asks the short last one."""
    high, full = indexed.tensor.maximum, indexed.size // remainder.rows * remainder.usual
    if high is None or high >= full or indexed.size % remainder.rows or indexed.tensor.shape[:1] not in ((full,), (indexed.size,)):
        return
    seen = {"index": f"`{indexed.name}`, {indexed.tensor}"}
    sure = Confidence.CERTAIN if indexed.tensor.shape[0] == full else Confidence.LIKELY
    yield _constant(f"`{indexed.name}` goes up to {int(high)}, this batch has {indexed.size} rows", remainder, moment, seen, sure)


@METRIC_SHAPE_DEPENDS_ON_BATCH.seen_in
def pairs(failure: Failure, labels: Labels, head: Head, remainder: Remainder, moment: Moment) -> Witnessed:
    """Each sample is scored against each of its batch, and the places of the partners were counted for a full one."""
    full = labels.classes // remainder.rows * remainder.usual
    if labels.are_rows(head) and labels.outside and remainder.times(full, labels.classes) and all(0 <= value < full for _, value in labels.outside):
        high = int(max(value for _, value in labels.outside))
        seen = {"target": f"`{labels.name}`, {labels.tensor}", "scores": f"{labels.classes} x {labels.classes}"}
        yield _constant(f"row {high} is meant, this batch has {labels.classes} rows of scores", remainder, moment, seen)


@METRIC_SHAPE_DEPENDS_ON_BATCH.seen_in
def top(failure: Failure, call: Call, remainder: Remainder, moment: Moment) -> Witnessed:
    """`topk` of a number that the other batches have."""
    wanted = next((value for value in call.settings.values() if type(value) is int), 0)
    if failure.says("selected index k out of range") and call.function == "topk" and remainder.rows < wanted <= remainder.usual:
        yield _constant(f"the {wanted} largest are asked of a batch of {remainder.rows} rows", remainder, moment, {"says": failure.message[:200]})


def _constant(headline: str, remainder: Remainder, moment: Moment, seen: dict[str, str], sure: Confidence = Confidence.CERTAIN) -> Draft:
    loaded = moment.stage or moment.around or Stage.DATA
    return METRIC_SHAPE_DEPENDS_ON_BATCH.found(
        headline,
        sure,
        stage=Stage.FORWARD if loaded is Stage.DATA else loaded,
        seen={**seen, "batch": f"{remainder.rows} rows, those before it {remainder.usual}"},
        instead=SHORT,
    )


def _outside_of_loading(failure: Failure) -> bool:
    return not failure.passes_file("_utils/fetch.py", "_utils/collate.py") and not failure.passes("forward", "__getitem__")
