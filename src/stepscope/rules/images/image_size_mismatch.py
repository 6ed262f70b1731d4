"""The annotated width and height differ from the image's.

Why
---
Boxes were drawn on another version of the image: a thumbnail, a resized or rotated copy. Every box that is scaled by the annotated size lies beside its
object, and nothing stops.

Fix
---
- Find the images that the boxes were drawn on, or scale the boxes by the ratio of the sizes.
- If width and height are exchanged, the image was turned (often by its EXIF orientation) after it was annotated.

Bad
---
    {"id": 1, "file_name": "a.jpg", "width": 1280, "height": 720}     # the file has 640x360

Good
----
    {"id": 1, "file_name": "a.jpg", "width": 640, "height": 360}
"""

from stepscope.evidence import Flaws, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

IMAGE_SIZE_MISMATCH = Rule("IMG108", Severity.ERROR, stage=Stage.DATA)


@IMAGE_SIZE_MISMATCH.seen_in
def files(flaws: Flaws) -> Witnessed:
    """Every declared size was compared with the image's."""
    found = flaws.of("size")
    if found:
        yield IMAGE_SIZE_MISMATCH.found(f"{shown(str(found[0].image), 25)} {found[0].says}", seen={"images": f"{len(found):,}"}, places=at_flaws(found))
