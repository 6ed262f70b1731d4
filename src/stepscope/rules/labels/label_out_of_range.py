"""A class index lies outside of 0 to C-1, where C is the number of scores of the head.

Why
---
The loss uses each label as an index into the scores of the head. An index past the end stops the run on the CPU; on
CUDA it appears later, at an unrelated line, as a device-side assert.

Fix
---
- If the labels are right, give the head one output per class.
- If the labels count from 1, subtract 1 where they are read.
- If a value marks what is not to be counted (255 in masks, -1), name it: `ignore_index=255`.

Bad
---
    head = nn.Linear(64, 10)          # classes 0 to 9
    loss = F.cross_entropy(head(x), torch.tensor([1, 10]))

Good
----
    head = nn.Linear(64, 10)
    loss = F.cross_entropy(head(x), torch.tensor([0, 9]))
"""

import re

from stepscope.evidence import Failure, Head, Labels, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

LABEL_OUT_OF_RANGE = Rule("LBL101", Severity.ERROR, stage=Stage.LOSS)

_WORDS = re.compile(
    r"Target (?P<label>-?\d+) is out of bounds"
    r"|Class values must be (?:smaller than num_classes|non-negative)"
    r"|t >= 0 && t < n_classes"
)


@LABEL_OUT_OF_RANGE.seen_in
def batch(labels: Labels, head: Head, failure: Failure) -> Witnessed:
    if not labels.outside or failure.is_a("MemoryError"):
        return
    values = sorted({int(value) for _, value in labels.outside})
    shown = ", ".join(map(str, values[:5])) + (" ..." if len(values) > 5 else "")
    yield LABEL_OUT_OF_RANGE.found(
        f"label {values[-1] if values[-1] >= labels.classes else values[0]} does not fit a head with {labels.classes} classes",
        rows=tuple(row for row, _ in labels.outside),
        layer=head.path or None,
        seen={
            "labels that fit": f"0 to {labels.classes - 1}",
            "labels that do not": f"{shown}, in {labels.outside_count} of {labels.total} labels of the batch",
            "labels": f"`{labels.name}`, {labels.tensor}",
            "head": f"{head}" + (f", at {head.definition.file}:{head.definition.line}" if head.definition else ""),
        },
        fix=_advice(values, labels.classes),
    )


@LABEL_OUT_OF_RANGE.seen_in
def words(failure: Failure) -> Witnessed:
    found = _WORDS.search(failure.message)
    if found:
        label = found["label"]
        what = f"label {label} lies" if label else "a label lies"
        yield LABEL_OUT_OF_RANGE.found(f"{what} outside of the classes", Confidence.LIKELY)


def _advice(values: list[int], classes: int) -> tuple[str, ...]:
    """What these very values suggest."""
    if values == [255] or (values[0] < 0 and values[-1] < 0):
        return (f"If {values[0]} marks what is not to be counted, pass `ignore_index={values[0]}` to the loss.",)
    if values == [classes]:
        return (f"The label {classes} is just past the end: labels that count from 1 need `- 1`.",)
    return ()
