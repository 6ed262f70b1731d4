"""An image is so large that decoding it threatens memory (a decompression bomb).

Why
---
A file of some kilobytes can hold billions of pixels. Pillow stops above 179 million pixels; without that limit the machine's memory decides.

Fix
---
- Look at the named file: scans and satellite images are cut into tiles before training.
- If it is meant: raise the limit, `Image.MAX_IMAGE_PIXELS = 400_000_000`.

Bad
---
    image = Image.open("satellite.tif").resize((224, 224))

Good
----
    Image.MAX_IMAGE_PIXELS = 400_000_000
    image = Image.open("satellite.jpg")
    image.draft("RGB", (224, 224))
"""

from stepscope.evidence import Failure, Images, Stage, State
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at, counted, legible, shown

IMAGE_TOO_LARGE = Rule("IMG110", Severity.ERROR, stage=Stage.DATA)


@IMAGE_TOO_LARGE.seen_in
def bomb(failure: Failure) -> Witnessed:
    if failure.type in ("DecompressionBombError", "DecompressionBombWarning") or failure.says("decompression bomb", "OPENCV_IO_MAX_IMAGE_PIXELS"):
        yield IMAGE_TOO_LARGE.found("an image has more pixels than the decoder allows", stage=Stage.DATA, seen={"says": failure.message[:300]})


WARNED = 89_478_485
"""Pixels above which Pillow warns; at twice as many it stops."""


@IMAGE_TOO_LARGE.seen_in
def files(images: Images) -> Witnessed:
    """Told by headers, before anything is decoded."""
    pixels = images.facts["width"].astype("u8") * images.facts["height"]
    for rows, severity in ((images.facts["state"] == State.TOO_LARGE, Severity.ERROR), (legible(images) & (pixels > WARNED), Severity.WARNING)):
        places = at(images, rows.nonzero()[0])
        if places:
            first = int(rows.argmax())
            yield IMAGE_TOO_LARGE.found(
                f"{shown(places[0].file)} has {int(pixels[first]):,} pixels" if pixels[first] else f"{shown(places[0].file)} has more pixels than fit",
                severity=severity, seen={"images": counted(places, images), "says": places[0].about}, places=places,
            )  # fmt: skip
