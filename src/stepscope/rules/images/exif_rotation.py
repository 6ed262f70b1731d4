"""An image's orientation is stored in its EXIF data, so pixels and boxes can disagree.

Why
---
OpenCV turns such an image when it reads it, Pillow and torchvision do not. Boxes that were drawn on the turned image lie elsewhere on the stored one, and a
model sees people lying on their side.

Fix
---
- Turn the pixels where the image is read: `ImageOps.exif_transpose(Image.open(path))`.
- Or turn the files once, and remove the tag.
- Make sure on one of the named files that its boxes lie on the objects.

Bad
---
    image = Image.open(path)

Good
----
    image = ImageOps.exif_transpose(Image.open(path))
"""

from stepscope.evidence import Images, Inventory, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at, counted, legible, shown

EXIF_ROTATION = Rule("IMG107", Severity.NOTE, stage=Stage.DATA)

_TURNS = {2: "mirrored", 3: "turned by 180 degrees", 4: "upside down", 5: "mirrored and turned", 6: "turned by 90 degrees", 7: "mirrored and turned", 8: "turned by 270 degrees"}


@EXIF_ROTATION.seen_in
def files(images: Images, inventory: Inventory) -> Witnessed:
    """Boxes make it graver: they were drawn on one of the two."""
    rows = (legible(images) & (images.facts["orientation"] > 1)).nonzero()[0]
    if len(rows):
        places, orientation = at(images, rows), int(images.facts["orientation"][rows[0]])
        yield EXIF_ROTATION.found(
            f"{shown(places[0].file)} is to be shown {_TURNS[orientation]}",
            severity=Severity.WARNING if inventory.boxes else Severity.NOTE,
            seen={"images": counted(places, images), "orientation": orientation, "boxes": f"{inventory.boxes:,}" if inventory.boxes else ""},
            places=places,
        )
