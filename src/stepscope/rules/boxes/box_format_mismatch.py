"""Boxes of a whole data set are written in another form than they are read in.

Why
---
(x, y, width, height) read as corners, corners read as a centre and a size, or y before x: most numbers still look like boxes, and the model learns
from boxes that lie beside their objects. What reaches out of the image is only the part that shows.

Fix
---
- Draw the boxes of ten images before anything is trained.
- Convert where the annotation is read: corners to sizes is `w, h = x2 - x1, y2 - y1`; to YOLO's form, divide centre and size by the image's.
- Label Studio counts in percent: multiply by the image's width and height, and divide by 100.
- COCO writes left, top, width, height; Pascal VOC corners; YOLO centre, width and height as shares of the image; TensorFlow y before x.

Bad
---
    boxes = torch.tensor([a["bbox"] for a in annotations])      # COCO: x, y, w, h, taken for corners

Good
----
    boxes = torch.tensor([[x, y, x + w, y + h] for x, y, w, h in (a["bbox"] for a in annotations)])
"""

from stepscope.evidence import Boxes, Stage
from stepscope.evidence.form import mixed_up
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.boxes.rows import at, backwards, outside, seen

BOX_FORMAT_MISMATCH = Rule("BOX106", Severity.ERROR, stage=Stage.DATA)

_READ = {"xyxy": "corners", "xywh": "left, top, width and height", "cxcywh": "centre, width and height"}
_FITS = {"corners": "corners (left, top, right, bottom)", "sizes": "left, top, width and height", "y before x": "numbers with y before x", "percent": "percent of the image's width and height"}


@BOX_FORMAT_MISMATCH.seen_in
def files(boxes: Boxes) -> Witnessed:
    """As they are read many boxes do not fit their image; in another form nearly all do. Or all lie between 0 and 100 in larger images."""
    form = mixed_up(boxes)
    if form == "percent":
        places = at(boxes, boxes.label == boxes.label)
        yield BOX_FORMAT_MISMATCH.found(f"the boxes are {_FITS[form]}, read as pixels", Confidence.LIKELY, seen={"between 0 and 100": seen(boxes, places)["boxes"]}, places=places)
    elif form:
        places = at(boxes, outside(boxes) | backwards(boxes))
        yield BOX_FORMAT_MISMATCH.found(
            f"the boxes are {_FITS[form]}, read as {_READ[boxes.form]}", Confidence.LIKELY, seen={"do not fit as read": seen(boxes, places)["boxes"]}, places=places,
        )  # fmt: skip
