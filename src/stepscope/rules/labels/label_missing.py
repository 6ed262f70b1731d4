"""A sample, or a whole batch, has no label where one is expected.

Why
---
One image without a mask, or one row of a table without its class, stops the run at the step that draws it. A model that computes its own loss
does so only where the labels are in the batch under the name that it knows; a trainer may drop columns of another name.

Fix
---
- Give the labels under the name that the model's `forward` takes: `labels` for Transformers.
- Compare the names of the images with those of the labels, both ways, before the run.
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
from pathlib import PurePath

from stepscope.evidence import Batch, Failure, File, Lookup, Moment, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.datasets.missing_file import asked_for, is_missing, meant
from stepscope.rules.labels.naming import holds_labels, is_label, is_label_file

LABEL_MISSING = Rule(
    "LBL105", Severity.ERROR, stage=Stage.DATA, yields_to=("configuration", "annotation-encoding", "checkpoint-mismatch"), hears_users=True
)

_LEAVE_OUT = "Or leave samples without a label out when the list of samples is made."
_PAIRS = ("Compare the names of the samples with those of the labels, both ways.", _LEAVE_OUT)
_NO_LOSS = wording(r"did not return a loss from the inputs, only the following keys: (?P<gave>[\w,. ]+?)\. For reference, the inputs it received are (?P<got>[\w,. ]+?)\.?$")


@LABEL_MISSING.seen_in
def none(failure: Failure, batch: Batch) -> Witnessed:
    """Samples that could not be put together, as some have None where the others have a value."""
    row, kind = next(iter(batch.odd.items()), (0, ""))
    usual = next((other for other, held in batch.kinds.items() if row not in held), "")
    before, found, after = kind.partition("NoneType")
    if not found or not before or not (usual.startswith(before) and usual.endswith(after)):
        return
    value = usual[len(before) : len(usual) - len(after)]
    yield LABEL_MISSING.found(
        f"{batch.row(row)} has None where the others have {value}",
        Confidence.LIKELY,
        stage=Stage.DATA,
        seen={f"row {row}": kind, "usual": usual, "says": failure.message[:200]},
        instead=(
            "Look up the named sample: a `dict.get` of a name that is not in the table, or an empty cell, gives None.",
            "Leave samples without a label out in the data set, or raise there: `classes[name]` names what is missing.",
        ),
    )


@LABEL_MISSING.seen_in
def file(failure: Failure, file: File) -> Witnessed:
    """The file of one sample's label, in a folder that is there."""
    line = failure.user_frame
    if file.kind != "nothing" or not failure.loads_a_sample or not is_missing(failure) or PurePath(file.path).parent != PurePath(file.nearest):
        return
    if is_label_file(file.path, line.code if line else ""):
        yield LABEL_MISSING.found(
            f"a sample's label, {PurePath(file.path).name}, is not there",
            Confidence.LIKELY, seen=asked_for(file), fix=meant(file), instead=_PAIRS,
        )  # fmt: skip


@LABEL_MISSING.seen_in
def table(failure: Failure, lookup: Lookup) -> Witnessed:
    """A table of labels without an entry for a sample, or a list of them that is shorter than the others of the data set."""
    if not failure.loads_a_sample or lookup.numbers or not lookup.size or not holds_labels(lookup.name) or lookup.asked[:1] in "'\"" or is_label(lookup.asked):
        return
    if failure.is_a("KeyError") or lookup.size <= int(lookup.key) < lookup.beside:
        yield LABEL_MISSING.found(
            f"`{lookup.name}` has no entry {'for ' * failure.is_a('KeyError')}{lookup.key}",
            Confidence.LIKELY,
            seen={
                "looked up": f"`{lookup.name}[{lookup.asked}]`",
                "entries": ", ".join([f"{lookup.size}", *lookup.keys[:3]]),
                "entries beside it": lookup.beside or "",
            },
            instead=_PAIRS,
        )


@LABEL_MISSING.seen_in
def record(failure: Failure, lookup: Lookup, moment: Moment) -> Witnessed:
    """A row of a table, or an entry of a JSON file, without the field of the label that others have."""
    others = lookup.having if lookup.records else (moment.step or 0) > 1
    if failure.is_a("KeyError") and failure.loads_a_sample and others and lookup.asked[:1] in ("'", '"') and is_label(lookup.key):
        yield LABEL_MISSING.found(
            f"the record of a sample has no {lookup.key}",
            Confidence.LIKELY,
            seen={
                "looked up": f"`{lookup.name}[{lookup.asked}]`",
                "record": lookup.content or ", ".join(lookup.keys[:12]),
                "records with it": f"{lookup.having} of {lookup.records}" if lookup.records else "",
            },
            instead=(f"Look at the named record: add {lookup.key} to it.", _LEAVE_OUT),
        )


@LABEL_MISSING.seen_in
def key(failure: Failure, batch: Batch) -> Witnessed:
    """A sample that is a dictionary without the label's key, met when the batch is put together or, where it is the first row, by the loop."""
    name = (failure.key or "").strip("'")
    held = wording(rf"[{{ ]{re.escape(name)}: ")
    usual = next((kind for kind in batch.kinds if held.search(kind)), "")
    lacking = [row for row, kind in batch.odd.items() if not held.search(kind)]
    if name and failure.is_a("KeyError") and is_label(name) and lacking and (usual or not batch.kinds):
        row = lacking[0]
        yield LABEL_MISSING.found(
            f"{batch.row(row)} has no {failure.key}",
            Confidence.LIKELY,
            stage=Stage.DATA,
            seen={f"row {row}": batch.odd[row], "usual": usual, "without it": f"{len(lacking)} of {batch.rows} rows" if usual else ""},
            instead=(f"Give every sample {failure.key}, with an empty value that the loss leaves out where there is none.", _LEAVE_OUT),
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
