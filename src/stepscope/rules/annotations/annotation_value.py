"""A field of an annotation holds a value that its format does not know.

Why
---
An `iscrowd` of 2, a negative area, a visibility of 5, text in the place of a number: readers stop, or take the value for another one without a word,
and evaluation by area puts the object into the wrong group.

Fix
---
- Correct the named line, or the export that wrote it: all of its files will have the same.
- COCO: `iscrowd` is 0 or 1, `area` is in square pixels, a key point's visibility 0, 1 or 2, a `bbox` four numbers. VOC: `difficult` and `truncated` are 0 or 1.

Bad
---
    {"id": 7, "image_id": 3, "category_id": 1, "bbox": [12, 8, 40, 55], "iscrowd": 2}

Good
----
    {"id": 7, "image_id": 3, "category_id": 1, "bbox": [12, 8, 40, 55], "iscrowd": 0}
"""

from stepscope.evidence import Flaws, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

ANNOTATION_VALUE = Rule("ANN104", Severity.WARNING, stage=Stage.DATA)


@ANNOTATION_VALUE.seen_in
def files(flaws: Flaws) -> Witnessed:
    """Every annotation file of a data set was read."""
    for found, severity in ((flaws.of("box-form", "label-value"), Severity.ERROR), (flaws.of("value"), Severity.WARNING)):
        if found:
            yield ANNOTATION_VALUE.found(
                f"{shown(found[0].file, 30)}: {found[0].says}", severity=severity, seen={"places": f"{len(found):,}"}, places=at_flaws(found)
            )
