"""A picture is smaller than the training can use.

Why
---
A crop of a fixed size needs a picture at least as large; padding by reflection needs one that is larger than the padding. One small picture among
thousands stops the run at the step that draws it.

Fix
---
- Pad or enlarge before the crop: `RandomCrop(512, pad_if_needed=True)`, `PadIfNeeded(512, 512)`, `Resize` of the smaller edge.
- List the sizes once, and leave pictures out that are too small to tell anything.

Bad
---
    transform = T.RandomCrop(512)

Good
----
    transform = T.RandomCrop(512, pad_if_needed=True)
"""


from stepscope.evidence import Expected, Failure, Images, Log, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at, counted, legible, shown

IMAGE_TOO_SMALL = Rule("IMG109", Severity.ERROR, stage=Stage.DATA)

_SIZE = r"\(?\d+(?:, ?\d+)+\)?"
_CROP = wording(
    rf"(?:[Rr]equired|[Rr]equested) crop size (?P<crop>{_SIZE}) is larger than (?:the )?(?:input )?image size:? ?(?P<image>{_SIZE})"
    r"|[Cc]rop size \(?height, width\)?[^\n]{0,40}(?:exceeds|larger)|[Cc]rop (?:size|height|width)[^\n]{0,60} (?:larger|bigger|greater) than (?:the )?image"
)
_PAD = wording(r"Padding size should be less than the corresponding input dimension, but got: padding \((?P<pad>[\d, ]+)\) at dimension \d+ of input \[?(?P<image>[\d, ]+)")


@IMAGE_TOO_SMALL.seen_in
def crop(failure: Failure, log: Log) -> Witnessed:
    if found := _CROP.search(failure.message):
        yield IMAGE_TOO_SMALL.found(
            f"a crop of {found['crop']} is asked of a picture of {found['image']}" if found["crop"] else "a crop is larger than its picture",
            Confidence.LIKELY, stage=Stage.AUGMENT, seen={"says": failure.message[:250]},
        )  # fmt: skip


@IMAGE_TOO_SMALL.seen_in
def padding(failure: Failure, log: Log) -> Witnessed:
    """Padding by reflection takes its values from the picture."""
    if found := _PAD.search(failure.message):
        yield IMAGE_TOO_SMALL.found(f"an input of {found['image']} is smaller than the padding ({found['pad']})", Confidence.POSSIBLE, seen={"says": failure.message[:250]})


FAR_BELOW = 8
"""How many times shorter than usual the shorter side of an image is, to stand out where no size is asked for."""


@IMAGE_TOO_SMALL.seen_in
def files(images: Images, expected: Expected) -> Witnessed:
    """Smaller than the size that images are brought to, or far below the rest."""
    import numpy as np

    facts, whole = images.facts, legible(images) & (images.facts["width"] > 0)
    if not whole.any():
        return
    if expected.size is not None:
        width, height = expected.size
        small, usual = whole & ((facts["width"] < width) | (facts["height"] < height)), f"asked for: {width}x{height}"
    else:
        side = np.minimum(facts["width"], facts["height"])
        median = float(np.median(side[whole]))
        small, usual = whole & (side * FAR_BELOW < median), f"shorter side, usually: {median:.0f}"
    rows = small.nonzero()[0]
    if len(rows):
        places, row = at(images, rows), rows[0]
        yield IMAGE_TOO_SMALL.found(
            f"{shown(places[0].file)} has {facts['width'][row]}x{facts['height'][row]} pixels",
            severity=Severity.WARNING, seen={"images": counted(places, images), usual.partition(":")[0]: usual.partition(": ")[2]}, places=places,
        )  # fmt: skip
