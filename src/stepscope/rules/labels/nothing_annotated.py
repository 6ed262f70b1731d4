"""A picture without a single box, whose array has no second axis."""

from __future__ import annotations

import re

from stepscope.evidence import Empty, Failure, Stage, wording
from stepscope.finding import Confidence
from stepscope.rule import Witnessed
from stepscope.rules.labels.label_missing import LABEL_MISSING

_BOXES = wording(r"box|bb|rect|ann|target|label|gt|key_?point|kp|poly|segm|objects?\b|coord|rows", re.IGNORECASE)
_FLAT = ("too many indices for tensor of dimension 1", "too many indices for array: array is 1-dimensional")


@LABEL_MISSING.seen_in
def nothing(failure: Failure, empty: Empty) -> Witnessed:
    """An array made of an empty list has no second axis: a picture without a single box."""
    name = next((name for name in empty.in_expression if _BOXES.search(name)), None)
    if name and failure.is_a("IndexError") and failure.loads_a_sample and failure.says(*_FLAT):
        yield LABEL_MISSING.found(
            f"`{name}` of a sample is empty, of shape (0,): nothing is annotated in it",
            Confidence.LIKELY,
            stage=Stage.DATA,
            seen={"says": failure.message[:200], "empty": ", ".join(name for name, _ in empty.things)},
            instead=(f"Give it its axes where it is made, whatever it holds: `{name}.reshape(-1, 4)`.", "Or leave samples without annotations out when the list of samples is made."),
        )
