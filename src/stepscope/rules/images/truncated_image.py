"""An image ends early; some decoders fill the rest with grey.

Why
---
A copy or a download was cut off. Pillow stops with "image file is truncated"; OpenCV and others hand out an image whose lower part is grey, and the
model learns from it.

Fix
---
- Fetch the named file again, or remove it.
- `ImageFile.LOAD_TRUNCATED_IMAGES = True` lets the run go on with the grey part: only where that is acceptable.

Bad
---
    image = Image.open("cut_off.jpg").convert("RGB")

Good
----
    image = Image.open("whole.jpg").convert("RGB")
"""

from stepscope.evidence import Failure, File, Flaws, Images, Stage, State
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at, at_flaws, shown

TRUNCATED_IMAGE = Rule("IMG102", Severity.ERROR, stage=Stage.DATA)

_WORDS = ("image file is truncated", "truncated file read", "premature end of", "truncated jpeg", "truncated png", "file truncated")


@TRUNCATED_IMAGE.seen_in
def cut_off(failure: Failure, file: File) -> Witnessed:
    decoding = failure.says(*_WORDS, "broken data stream", "unrecognized data stream contents", "broken png")
    if decoding and file.kind == "file" and file.content in ("JPEG", "PNG") and file.whole is False:
        yield TRUNCATED_IMAGE.found(
            f"{file.path[-45:]} ends early",
            stage=Stage.DATA,
            seen={"file": file.path, "size": f"{file.size} bytes", "end of a whole file": "missing", "says": failure.message[:200]},
        )


@TRUNCATED_IMAGE.seen_in
def words(failure: Failure) -> Witnessed:
    if failure.says(*_WORDS) and (failure.passes_file("ImageFile.py", "Image.py", "io/image.py") or failure.says("image", "jpeg", "png")):
        yield TRUNCATED_IMAGE.found("an image ends early", Confidence.LIKELY, stage=Stage.DATA, seen={"says": failure.message[:300]})


@TRUNCATED_IMAGE.seen_in
def files(images: Images) -> Witnessed:
    """Every image file of a data set was looked at."""
    places = at(images, (images.facts["state"] == State.TRUNCATED).nonzero()[0])
    if places:
        yield TRUNCATED_IMAGE.found(f"{shown(str(places[0].file))} ends early", seen={"images": f"{len(places)} of {len(images):,}"}, places=places)


@TRUNCATED_IMAGE.seen_in
def without_marker(images: Images) -> Witnessed:
    """Only the end marker is not there: every decoder gives all pixels, some with a warning."""
    places = at(images, (images.facts["state"] == State.NO_END).nonzero()[0])
    if places:
        yield TRUNCATED_IMAGE.found(
            f"{shown(str(places[0].file))} lacks its end marker only", severity=Severity.NOTE, seen={"images": f"{len(places)} of {len(images):,}"}, places=places
        )


@TRUNCATED_IMAGE.seen_in
def masks(flaws: Flaws) -> Witnessed:
    """Masks, which are labels of images."""
    found = flaws.of("mask-cut-off")
    if found:
        yield TRUNCATED_IMAGE.found(f"{shown(found[0].file)} {found[0].says}", seen={"masks": f"{len(found):,}"}, places=at_flaws(found))
