"""The same object is annotated twice.

Why
---
A doubled box counts twice in the loss, and in the metric one of the two can never be found: the recall of a perfect detector stays below 1. Merged
annotation files and a second pass of an annotator are the usual origin.

Fix
---
- Drop the second of two equal boxes when annotations are read.
- Where two classes are given for one box, look at the image and keep one.

Bad
---
    0 0.51 0.40 0.10 0.22
    0 0.51 0.40 0.10 0.22

Good
----
    0 0.51 0.40 0.10 0.22
"""

from typing import Any

from stepscope.evidence import Boxes, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.boxes.rows import at, empty, not_finite, seen

BOX_DUPLICATE = Rule("BOX107", Severity.WARNING, stage=Stage.DATA)


@BOX_DUPLICATE.seen_in
def files(boxes: Boxes) -> Witnessed:
    """Every box of a data set was looked at."""
    places = at(boxes, _again(boxes) & ~not_finite(boxes) & ~empty(boxes))
    if places:
        yield BOX_DUPLICATE.found(f"the same box stands twice: {places[0].about}", seen=seen(boxes, places), places=places)


def _again(boxes: Boxes) -> Any:
    """Boxes that stand, with the same class, further up for the same image: equal to a hundredth of a pixel (a millionth of the image's side)."""
    import numpy as np

    if not len(boxes):
        return np.zeros(0, dtype=bool)
    digits = 6 if boxes.form == "cxcywh" else 2
    with np.errstate(invalid="ignore"):
        rounded = np.nan_to_num(np.round(boxes.written, digits), nan=-1, posinf=-2, neginf=-3)
    order = np.lexsort((np.arange(len(boxes)), *rounded.T, boxes.label, boxes.image))
    same = (rounded[order][1:] == rounded[order][:-1]).all(axis=1)
    same &= (boxes.label[order][1:] == boxes.label[order][:-1]) & (boxes.image[order][1:] == boxes.image[order][:-1])
    again = np.zeros(len(boxes), dtype=bool)
    again[order[1:][same]] = True
    return again
