"""A dark, washed-out, blurred or extremely long image stands among ordinary ones.

Why
---
A few such images do little harm, but they are where labels are wrong most often, and a resize to a square leaves nothing of a strip of 4000 x 40 pixels.

Fix
---
- Look at the named images; remove those in which a person cannot see what the label says.

Bad
---
    image = Image.open("strip.png").resize((224, 224))       # it has 4000 x 40 pixels

Good
----
    image = ImageOps.pad(Image.open("photo.png"), (224, 224))
"""

from collections.abc import Iterator
from typing import Any

from stepscope.evidence import Images, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at, counted, legible, shown

IMAGE_QUALITY = Rule("IMG112", Severity.NOTE, stage=Stage.DATA)

FEWEST = 20
"""Images from which on it can be told what is ordinary."""
RAREST = 0.05
"""What a larger share of the images has is ordinary here."""


@IMAGE_QUALITY.seen_in
def files(images: Images) -> Witnessed:
    for what, rows, values in _outliers(images):
        if len(rows) and len(rows) <= max(1, RAREST * len(images)):
            places = at(images, rows)
            yield IMAGE_QUALITY.found(
                f"{shown(places[0].file)} is {what}, unlike the others", Confidence.LIKELY, seen={"images": counted(places, images), **values(rows[0])}, places=places
            )


def _outliers(images: Images) -> Iterator[tuple[str, Any, Any]]:
    """Words, rows, and the values of a row, for each way to stand out."""
    import numpy as np

    facts, whole = images.facts, legible(images)
    if whole.sum() < FEWEST:
        return
    long = np.maximum(facts["width"], facts["height"]) / np.maximum(np.minimum(facts["width"], facts["height"]), 1)
    usual = float(np.median(long[whole]))
    yield "a narrow strip", (whole & (long > 8) & (long > 4 * usual)).nonzero()[0], lambda row: {"size": f"{facts['width'][row]}x{facts['height'][row]}"}
    seen = whole & (facts["look"] != 0) & (facts["low"] < facts["high"])
    if seen.sum() < FEWEST:
        return
    mean, deviation, sharpness = (float(np.median(facts[name][seen])) for name in ("mean", "deviation", "sharpness"))

    def told(row: int) -> dict[str, str]:
        return {"brightness": f"{facts['mean'][row]:.0f}, usually {mean:.0f}", "contrast": f"{facts['deviation'][row]:.1f}, usually {deviation:.0f}"}

    dark = seen & (facts["mean"] < 12) & (mean > 60) & (facts["deviation"] < deviation / 3)
    pale = seen & ~dark & (((facts["mean"] > 243) & (mean < 200)) | (facts["deviation"] < deviation / 8)) & (facts["deviation"] < deviation / 3)
    soft = seen & ~dark & ~pale & (facts["sharpness"] < sharpness / 6) & (facts["sharpness"] * deviation < facts["deviation"] * sharpness / 4)
    yield "almost black", dark.nonzero()[0], told
    yield "washed out", pale.nonzero()[0], told
    yield "blurred", soft.nonzero()[0], lambda row: {"sharpness": f"{facts['sharpness'][row]:.2f}, usually {sharpness:.1f}"}
