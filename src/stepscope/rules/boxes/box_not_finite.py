"""A coordinate of a box is not a number, or infinite.

Why
---
One NaN in a target makes the loss of its batch NaN, and the weights after it. It comes from a division by a width of 0, an empty cell of a table, or a
tool that writes `NaN` into JSON, which the standard does not allow.

Fix
---
- Correct the named annotation, or leave the box out.
- Let the code that reads annotations stop at such a box: `assert all(map(math.isfinite, box)), path`.

Bad
---
    {"image_id": 3, "category_id": 1, "bbox": [12.0, NaN, 40.0, 55.0]}

Good
----
    {"image_id": 3, "category_id": 1, "bbox": [12.0, 8.0, 40.0, 55.0]}
"""

from stepscope.evidence import Boxes, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.boxes.rows import at, not_finite, seen

BOX_NOT_FINITE = Rule("BOX104", Severity.ERROR, stage=Stage.DATA)


@BOX_NOT_FINITE.seen_in
def files(boxes: Boxes) -> Witnessed:
    """Every box of a data set was looked at."""
    places = at(boxes, not_finite(boxes))
    if places:
        yield BOX_NOT_FINITE.found(f"a coordinate is not finite: {places[0].about}", seen=seen(boxes, places), places=places)
