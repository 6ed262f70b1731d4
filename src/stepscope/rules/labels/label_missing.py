"""A sample, or a whole batch, has no label where one is expected.

Why
---
A model that computes its own loss does so only where the labels are in the batch, under the name that it knows. A data set that calls them
otherwise (`target`, `label`, `y`), or a trainer that drops the columns that the model does not know, leaves scores without a loss.

Fix
---
- Give the labels under the name that the model's `forward` takes: `labels` for Transformers.
- Set `label_names`, or `remove_unused_columns=False`, where a column is dropped on the way.

Bad
---
    def __getitem__(self, index):
        return {"input_ids": self.texts[index], "target": self.classes[index]}

Good
----
    def __getitem__(self, index):
        return {"input_ids": self.texts[index], "labels": self.classes[index]}
"""

import re

from stepscope.evidence import Batch, Failure, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

LABEL_MISSING = Rule("LBL105", Severity.ERROR, stage=Stage.DATA, hears_users=True)

_NONE = "NoneType"
_NO_LOSS = re.compile(r"did not return a loss from the inputs, only the following keys: (?P<gave>[\w,. ]+?)\. For reference, the inputs it received are (?P<got>[\w,. ]+?)\.?$")


@LABEL_MISSING.seen_in
def none(failure: Failure, batch: Batch) -> Witnessed:
    """Samples that could not be put together, as some have None where the others have a value."""
    row, kind = next(iter(batch.odd.items()), (0, ""))
    usual = next((other for other, held in batch.kinds.items() if row not in held), "")
    before, found, after = kind.partition(_NONE)
    if not found or not before or not (usual.startswith(before) and usual.endswith(after)):
        return
    value, index = usual[len(before) : len(usual) - len(after)], f" (sample {batch.indices[row]})" if row < len(batch.indices) else ""
    yield LABEL_MISSING.found(
        f"row {row}{index} has None where the others have {value}",
        Confidence.LIKELY,
        stage=Stage.DATA,
        seen={f"row {row}": kind, "usual": usual, "says": failure.message[:200]},
        instead=(
            "Look up the named sample: a `dict.get` of a name that is not in the table, or an empty cell, gives None.",
            "Leave samples without a label out in the data set, or raise there: `classes[name]` names what is missing.",
        ),
    )


@LABEL_MISSING.seen_in
def no_loss(failure: Failure) -> Witnessed:
    """The model gave scores and no loss, for want of labels in the batch."""
    found = _NO_LOSS.search(failure.message.strip())
    if found and "label" not in found["got"]:
        yield LABEL_MISSING.found(
            "the model got no labels, so it returned no loss",
            Confidence.LIKELY,
            stage=Stage.DATA,
            seen={"the batch has": found["got"], "the model gave": found["gave"]},
        )
