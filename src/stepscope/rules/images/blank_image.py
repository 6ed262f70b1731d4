"""An image has no content: one colour throughout.

Why
---
A failed export, a covered lens, a frame before the video begins. Its label says that something is there, so it teaches that nothing looks like everything;
a normalisation by the image's own deviation divides by 0.

Fix
---
- Remove the named images with their annotations, or export them again.

Bad
---
    Image.new("RGB", (640, 480)).save(path)       # the export failed, and the canvas was saved

Good
----
    if image.getextrema() != ((0, 0),) * 3:
        image.save(path)
"""

from stepscope.evidence import Images, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at, counted, legible, shown

BLANK_IMAGE = Rule("IMG111", Severity.WARNING, stage=Stage.DATA)

SMALLEST = 16
"""Pixels from which on one colour means something; of less, being small is what matters."""


@BLANK_IMAGE.seen_in
def files(images: Images) -> Witnessed:
    facts = images.facts
    area = facts["width"].astype("u8") * facts["height"]
    rows = (legible(images) & (facts["look"] != 0) & (facts["low"] == facts["high"]) & (area >= SMALLEST)).nonzero()[0]
    if len(rows):
        places = at(images, rows)
        yield BLANK_IMAGE.found(
            f"{shown(places[0].file)} is of one colour throughout",
            severity=Severity.WARNING if 2 * len(rows) < len(images) else Severity.NOTE,
            seen={"images": counted(places, images), "brightness": f"{int(facts['low'][rows[0]])} of 255"},
            places=places,
        )
