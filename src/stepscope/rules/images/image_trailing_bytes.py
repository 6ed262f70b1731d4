"""Bytes stand behind an image's end: garbage, or a second image joined on.

Why
---
Decoders stop at the end of the first image and say nothing. Of two images that were joined one is never seen, and what else was lost when the files were written
nobody knows.

Fix
---
- Compare the file's size with the source's, and copy it again.
- Cut two joined images apart at the second beginning (bytes FF D8 FF of a JPEG).
- Motion photos and previews that cameras put there are not counted.

Bad
---
    with open("all.jpg", "ab") as file:        # the second photo goes behind the first
        file.write(photo)

Good
----
    with open(f"{number}.jpg", "wb") as file:
        file.write(photo)
"""

from stepscope.evidence import Images, Stage, State
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at, counted, shown

IMAGE_TRAILING_BYTES = Rule("IMG103", Severity.NOTE, stage=Stage.DATA)


@IMAGE_TRAILING_BYTES.seen_in
def files(images: Images) -> Witnessed:
    places = at(images, (images.facts["state"] == State.TRAILING).nonzero()[0])
    joined = [place for place in places if "second image" in place.about]
    others = [place for place in places if "second image" not in place.about]
    if joined:
        yield IMAGE_TRAILING_BYTES.found(
            f"{shown(joined[0].file)} holds a second image behind its end", severity=Severity.WARNING, seen={"images": counted(joined, images), "it": joined[0].about}, places=joined
        )
    if others:
        yield IMAGE_TRAILING_BYTES.found(f"{shown(others[0].file)}: {others[0].about}", seen={"images": counted(others, images)}, places=others)
