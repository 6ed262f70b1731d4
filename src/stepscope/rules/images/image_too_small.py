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

from stepscope.evidence import Failure, Log, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

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
