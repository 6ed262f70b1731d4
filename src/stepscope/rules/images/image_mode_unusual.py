"""A palette, CMYK, 16-bit, float or animated image stands among ordinary ones.

Why
---
`np.array(Image.open(path))` of a palette image gives indices, not colours; 16 bits are cut off at 255 by `convert("RGB")`; of an animation the first frame alone
is seen; TensorFlow does not decode CMYK. The shape may be right all the same, so nothing stops.

Fix
---
- Convert where the image is read: `Image.open(path).convert("RGB")`; scale 16-bit images first.
- Or convert the files once, so that all are of one kind.

Bad
---
    pixels = np.array(Image.open(path))

Good
----
    pixels = np.array(Image.open(path).convert("RGB"))
"""

from collections.abc import Iterator
from typing import Any

from stepscope.evidence import Images, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at, counted, legible, shown

IMAGE_MODE_UNUSUAL = Rule("IMG105", Severity.WARNING, stage=Stage.DATA)

USUAL = 0.9
"""A kind that so large a share of the images has is how this data set is made."""
_KINDS = {b"P": "a palette image", b"CMYK": "CMYK", b"YCbCr": "YCbCr", b"LAB": "Lab", b"HSV": "HSV", b"I": "of 32-bit integers", b"F": "of floats", b"1": "of one bit a pixel"}


@IMAGE_MODE_UNUSUAL.seen_in
def files(images: Images) -> Witnessed:
    for what, severity, rows in _kinds(images):
        if len(rows) and (len(rows) < USUAL * len(images) or severity is Severity.ERROR):
            places = at(images, rows)
            yield IMAGE_MODE_UNUSUAL.found(
                f"{shown(places[0].file)} is {what}, unlike the others" if len(rows) < len(images) else f"{shown(places[0].file)} is {what}",
                severity=severity,
                seen={"images": counted(places, images), "mode": images.facts["mode"][rows[0]].decode(), "bits": images.facts["bits"][rows[0]]},
                places=places,
            )


def _kinds(images: Images) -> Iterator[tuple[str, Severity, Any]]:
    """What is unusual, how grave that is, and the rows; each row once."""
    facts, whole = images.facts, legible(images)
    lossless = whole & (facts["format"] == b"JPEG") & _said(images)
    yield "a JPEG that common decoders refuse", Severity.ERROR, lossless.nonzero()[0]
    left = whole & ~lossless
    deep = left & (facts["bits"] == 16)
    yield "of 16 bits a channel", Severity.WARNING, deep.nonzero()[0]
    left &= ~deep
    if deep.any() and deep.sum() >= USUAL * whole.sum():
        shallow = left & (facts["bits"] == 8) & (facts["channels"] == facts["channels"][deep][0])
        yield "of 8 bits a channel", Severity.WARNING, shallow.nonzero()[0]
        left &= ~shallow
    moving = left & (facts["frames"] > 1)
    yield "an animation", Severity.WARNING, moving.nonzero()[0]
    left &= ~moving
    for mode, what in _KINDS.items():
        yield what, Severity.NOTE if mode in (b"P", b"1") else Severity.WARNING, (left & (facts["mode"] == mode)).nonzero()[0]


def _said(images: Images) -> Any:
    """Rows of whole files that a decoder refuses."""
    refused = images.facts["state"] != images.facts["state"]
    for row, words in images.says.items():
        refused[row] = images.facts["state"][row] == 0 and ("bits a sample" in words or "lossless" in words or "channels:" in words)
    return refused
