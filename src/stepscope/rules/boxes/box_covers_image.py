"""Many boxes cover the whole image.

Why
---
A classification set turned into boxes, or a default box that an export wrote where nothing was drawn: the detector learns that the answer is the frame.

Fix
---
- Look at ten of the named images. Where the object does not fill them, draw the boxes anew.
- If every image has one such box, this is a classification set: train a classifier.

Bad
---
    0 0.5 0.5 1.0 1.0

Good
----
    0 0.41 0.55 0.32 0.48
"""

from typing import Any

from stepscope.evidence import Boxes, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.boxes.rows import at, in_parts, seen

BOX_COVERS_IMAGE = Rule("BOX108", Severity.WARNING, stage=Stage.DATA)

COVERED = 0.99
"""The share of a side from which on a box covers it."""
MANY = 0.2
"""The share of all boxes from which on it is no close-up."""
FEWEST = 10


@BOX_COVERS_IMAGE.seen_in
def files(boxes: Boxes) -> Witnessed:
    """Every box of a data set was looked at."""
    mask = _covering(boxes)
    if mask.sum() >= max(FEWEST, MANY * len(boxes)):
        places = at(boxes, mask)
        yield BOX_COVERS_IMAGE.found(f"{len(places):,} of {len(boxes):,} boxes cover their whole image", Confidence.LIKELY, seen=seen(boxes, places), places=places)


@in_parts
def _covering(boxes: Boxes) -> Any:
    """As wide and as high as its image."""
    corners, (width, height) = boxes.corners, boxes.sizes
    wide, high = corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]
    return (width > 0) & (wide >= COVERED * width) & (wide <= 1.02 * width) & (high >= COVERED * height) & (high <= 1.02 * height)
