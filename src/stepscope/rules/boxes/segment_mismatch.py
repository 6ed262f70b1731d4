"""A polygon, mask or keypoints disagree with their box or image.

Why
---
A mask belongs to one picture of one size. Where it was drawn on another size, or turned by EXIF in one reader and not in the other, every
pixel's label is another's. Libraries that look at the sizes stop; those that do not train on it. In a YOLO file with one polygon Ultralytics
reads each line as one: of a box, its centre and its size become two points. Where some files hold boxes alone, it drops the polygons of all.

Fix
---
- Compare the sizes of each picture and its mask once: `Image.open(image).size == Image.open(mask).size`.
- Resize masks with nearest neighbour, to the size of their own picture, before any augmentation.
- Count boxes and polygons of a sample: each object has one of both.
- In YOLO files write all objects as polygons (a box has four corners), or all as boxes.

Bad
---
    out = transform(image=image, mask=cv2.imread(mask_of_another_size, 0))

Good
----
    mask = cv2.resize(mask, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    out = transform(image=image, mask=mask)
"""

from stepscope.evidence import Failure, Flaws, Log, Stage, Unequal, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws

SEGMENT_MISMATCH = Rule("BOX111", Severity.ERROR, stage=Stage.DATA)

_WORDS = wording(
    r"Height and [Ww]idth of image, mask or masks should be equal|(?:image|img|mask)[^\n]{0,60}mask[^\n]{0,30}(?:should|must) (?:be|have) the same size"
    r"|number of (?:masks|segments|polygons|keypoints)[^\n]{0,40}(?:does not|doesn't|do not) match[^\n]{0,30}boxes|len\(segments\) = \d+, len\(boxes\) = \d+"
)

_SHAPES = wording(r"\b(?:shapes?|sizes?|dimensions?|broadcast|boolean index)\b")
_TURNED = "One of the two lies on its side: `ImageOps.exif_transpose` (or a reader that turns by itself, as OpenCV) was applied to the picture and not to the mask."


@SEGMENT_MISMATCH.seen_in
def words(failure: Failure, log: Log) -> Witnessed:
    if found := _WORDS.search(failure.message):
        yield SEGMENT_MISMATCH.found(
            "a picture and its mask have different sizes" if "equal" in found[0] or "size" in found[0] else "masks and boxes of a sample differ in number",
            Confidence.LIKELY, seen={"says": failure.message[:250]},
        )  # fmt: skip


@SEGMENT_MISMATCH.seen_in
def sizes(failure: Failure, unequal: Unequal) -> Witnessed:
    """Loading code that joins the two, or indexes one by the other."""
    if failure.is_a("ValueError", "RuntimeError", "IndexError", "AssertionError") and _SHAPES.search(failure.message):
        (h, w), (high, wide) = unequal.of_image, unequal.of_mask
        yield SEGMENT_MISMATCH.found(
            f"`{unequal.mask}` is {high} x {wide}, its picture `{unequal.image}` {h} x {w}", Confidence.LIKELY,
            seen={"says": failure.message[:250]}, fix=(_TURNED,) if unequal.turned else (),
        )  # fmt: skip


@SEGMENT_MISMATCH.seen_in
def files(flaws: Flaws) -> Witnessed:
    """Every segment of a data set was looked at."""
    for found in filter(None, map(flaws.of, ("segment-apart", "segment-outside"))):
        yield SEGMENT_MISMATCH.found(found[0].says, seen={"segments": f"{len(found):,}"}, places=at_flaws(found), severity=Severity.WARNING)
