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
from stepscope.rules.boxes.rows import at, empty, in_parts, not_finite, seen

BOX_DUPLICATE = Rule("BOX107", Severity.WARNING, stage=Stage.DATA)


@BOX_DUPLICATE.seen_in
def files(boxes: Boxes) -> Witnessed:
    """Every box of a data set was looked at."""
    places = at(boxes, _again(boxes) & ~not_finite(boxes) & ~empty(boxes))
    if places:
        yield BOX_DUPLICATE.found(f"the same box stands twice: {places[0].about}", seen=seen(boxes, places), places=places)


def _again(boxes: Boxes) -> Any:
    """Boxes that stand, with the same class, further up for the same image: equal to a hundredth of a pixel (a millionth of the image's side).

    Each row is mixed into one number, so that millions can be sorted; rows of equal numbers are compared.
    """
    import numpy as np

    scale = 1e6 if boxes.form == "cxcywh" else 1e2
    mixed = _mixed(boxes)
    ordered = np.sort(mixed)
    rows = np.isin(mixed, ordered[1:][ordered[1:] == ordered[:-1]]).nonzero()[0]
    rows = rows[np.argsort(mixed[rows], kind="stable")]
    pairs = (mixed[rows][1:] == mixed[rows][:-1]).nonzero()[0]
    later, first = rows[pairs + 1], rows[pairs]
    same = (boxes.label[later] == boxes.label[first]) & (boxes.image[later] == boxes.image[first])
    with np.errstate(invalid="ignore"):
        same &= (np.abs(boxes.written[later] - boxes.written[first]) <= 1 / scale).all(axis=1)
    again = np.zeros(len(boxes), dtype=bool)
    again[later[same]] = True
    return again


@in_parts
def _mixed(boxes: Boxes) -> Any:
    """One number for image, class and rounded coordinates."""
    import numpy as np

    scale = 1e6 if boxes.form == "cxcywh" else 1e2
    mixed = np.zeros(len(boxes), dtype=np.uint64)
    with np.errstate(invalid="ignore", over="ignore"):
        for column in (boxes.image, boxes.label, *(_rounded(boxes, place, scale) for place in range(4))):
            mixed = (mixed ^ column.astype(np.int64).view(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
    return mixed


def _rounded(boxes: Boxes, place: int, scale: float) -> Any:
    import numpy as np

    with np.errstate(invalid="ignore", over="ignore"):
        return np.nan_to_num(np.round(boxes.written[:, place] * scale), nan=-1, posinf=-2, neginf=-3).clip(-1e15, 1e15)
