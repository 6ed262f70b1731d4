"""A class index lies outside of 0 to C-1, where C is the number of scores of the head.

Why
---
The loss uses each label as an index into the scores of the head. An index past the end stops the run on the CPU; on
CUDA it appears later, at an unrelated line, as a device-side assert. Labels that index a one-hot encoding, a gather or a table of
class weights are the same mistake; an index into any other table is index-out-of-range.

Fix
---
- If the labels are right, give the head one output per class.
- If the labels count from 1, subtract 1 where they are read.
- If a value marks what is not to be counted, name it: `ignore_index=` takes one value.

Bad
---
    head = nn.Linear(64, 10)          # classes 0 to 9
    loss = F.cross_entropy(head(x), torch.tensor([1, 10]))

Good
----
    head = nn.Linear(64, 10)
    loss = F.cross_entropy(head(x), torch.tensor([0, 9]))
"""

from stepscope.evidence import Failure, Head, Labels, Log, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

LABEL_OUT_OF_RANGE = Rule(
    "LBL101",
    Severity.ERROR,
    stage=Stage.LOSS,
    yields_to=("output-units-vs-classes", "target-shape-mismatch", "output-shape-vs-labels", "loss-label-format", "device-mismatch"),
)

CHANCE = 0.01
"""How unlikely a batch without a 0 has to be, were all classes equally frequent, before labels are taken to count from 1."""

_RANGE = wording(
    r"Target (?P<label>-?\d+) is out of bounds|Class values must be (?:smaller than num_classes|non-negative)|\w+ >= 0 && \w+ < (?:n_?|num_)[cC]lasses"
    r"|[Ii]ndex (?P<index>-?\d+) is out of bounds|out of range|out of bounds|out-of-bounds|target out of range"
    r"|elements of target should be between 0 and 1|device-side assert|CUDA error"
)
_WORDS = wording(
    r"Target (?P<label>-?\d+) is out of bounds|Class values must be (?:smaller than num_classes|non-negative)|\w+ >= 0 && \w+ < (?:n_?|num_)[cC]lasses"
    r"|elements of target should be between 0 and 1|Detected more unique values in `target` than expected"
    r"|[Ll]abel class (?P<named>\d+) exceeds (?:nc|dataset class count)\s?=?\s?(?P<classes>\d+)"
)
_INDEXED = wording(r"index (?P<index>-?\d+) is out of bounds for (?:dimension|axis) \d+ with size (?P<size>\d+)")
_BY_LABELS = wording(
    r"(?:gather|scatter_?|eye\(.*\)\[|\[).*?(?<![.\w])(?:\w+\.)?(?:y[bs]?|labels?|targets?|class_ids?|classes|y_true|lbls?)(?:_\w+)?(?![\w(=])"
)
_KEY = wording(r"""\[(['"])\w+\1\](?=\[)""")


@LABEL_OUT_OF_RANGE.seen_in
def batch(labels: Labels, head: Head, failure: Failure) -> Witnessed:
    """The labels of the batch that do not fit the head."""
    if not labels.outside or labels.are_rows(head) or not _RANGE.search(failure.message):
        return
    values = sorted({value for _, value in labels.outside})
    shown = ", ".join(f"{value:g}" for value in values[:5]) + (" ..." if len(values) > 5 else "")
    binary = failure.says("between 0 and 1")
    value = values[-1] if values[-1] >= (1 if binary else labels.classes) else values[0]
    yield LABEL_OUT_OF_RANGE.found(
        f"label {value:g} is outside of 0 to 1" if binary else f"label {value:g} does not fit a head with {labels.classes} classes",
        layer=head.path or None,
        seen={
            "labels that fit": "0 to 1" if binary else f"0 to {labels.classes - 1}",
            "labels that do not": f"{shown}, in {labels.outside_count} of {labels.total} labels of the batch",
            "labels": f"`{labels.name}`, {labels.tensor}",
            "head": f"{head}" + (f", at {head.definition.file}:{head.definition.line}" if head.definition else ""),
        },
        fix=() if binary else _advice(values, labels),
        instead=_advice_for_two(values) if binary else () if labels.ignored is not None else LABEL_OUT_OF_RANGE.page.fix[:2],
    )


@LABEL_OUT_OF_RANGE.seen_in
def words(failure: Failure) -> Witnessed:
    found, line = _WORDS.search(failure.message), failure.innermost
    indexed = _INDEXED.search(failure.message)
    if found:
        label = found["label"] or found["named"]
        what = f"label {label} lies" if label else "a label lies"
        stage = Stage.DATA if found["named"] else None  # met while all label files are read, before the first step
        yield LABEL_OUT_OF_RANGE.found(f"{what} outside of the classes", Confidence.LIKELY, stage=stage, seen={"says": failure.message[:200]})
    elif indexed and line is not None and line.user and by_labels(line.expression or line.code):
        yield LABEL_OUT_OF_RANGE.found(
            f"label {indexed['index']} is used as an index into {indexed['size']} classes",
            Confidence.LIKELY,
            seen={"line": line.code, "says": failure.message[:200]},
        )


def by_labels(code: str) -> bool:
    """Whether labels are the index: the key of a field, `batch["y"][order]`, is none."""
    return bool(_BY_LABELS.search(_KEY.sub("", code)))


def _advice(values: list[float], labels: Labels) -> tuple[str, ...]:
    """What these very values suggest. Only a loss over class indices has an `ignore_index`."""
    if values[-1] < 0 and labels.ignored is None:
        return (f"If {values[0]:g} marks what is not to be counted, leave it out first: `keep = {labels.name} >= 0`.",)
    if values == [255] or (values[0] < 0 and values[-1] < 0):
        return (f"If {values[0]:g} marks what is not to be counted, pass `ignore_index={values[0]:g}` to the loss.",)
    if values == [labels.classes] and labels.tensor.minimum == 0:
        return (f"Labels from 0 to {labels.classes} are {labels.classes + 1} classes: give the head {labels.classes + 1} outputs.",)
    if values == [labels.classes]:
        more = f"if {labels.classes} is a class of its own, give the head {labels.classes + 1} outputs"
        if (1 - 1 / labels.classes) ** labels.total < CHANCE:
            return (f"No label of this batch is 0, and {labels.classes} is just past the end: labels that count from 1 need `- 1`; {more}.",)
        return (f"Look up the smallest label of the whole data set: labels that count from 1 need `- 1`; {more}.",)
    return ()


def _advice_for_two(values: list[float]) -> tuple[str, ...]:
    """What a loss for two classes takes."""
    if values == [-1]:
        return ("If -1 and 1 are the two classes, map them: `(y + 1) / 2`. If -1 marks what is not to be counted, leave those rows out: `keep = y >= 0`.",)
    return ("Bring the targets between 0 and 1: class numbers by `(y == k).float()`, percentages by `/ 100`.",)


@LABEL_OUT_OF_RANGE.seen_in
def left_out(failure: Failure, log: Log) -> Witnessed:
    """A loader that leaves out every picture whose label is no class, until none is left."""
    heard = log.find(_WORDS)
    if heard and failure.says("no valid images", "no images found", "no labels found", "empty", "0 images"):
        label = heard.match["label"] or heard.match["named"]
        yield LABEL_OUT_OF_RANGE.found(
            f"label {label} lies outside of the classes" if label else "a label lies outside of the classes", Confidence.LIKELY, stage=Stage.DATA,
            seen={"says": heard.said.text.strip()[:250]}, said=heard.said,
        )  # fmt: skip
