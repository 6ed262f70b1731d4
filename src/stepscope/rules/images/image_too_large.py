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

from stepscope.evidence import Failure, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed

IMAGE_TOO_LARGE = Rule("IMG110", Severity.ERROR, stage=Stage.DATA)


@IMAGE_TOO_LARGE.seen_in
def bomb(failure: Failure) -> Witnessed:
    if failure.type in ("DecompressionBombError", "DecompressionBombWarning") or failure.says("decompression bomb", "OPENCV_IO_MAX_IMAGE_PIXELS"):
        yield IMAGE_TOO_LARGE.found("an image has more pixels than the decoder allows", stage=Stage.DATA, seen={"says": failure.message[:300]})
