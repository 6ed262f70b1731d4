"""A file in the data folder belongs to no sample.

Why
---
A loader that takes every file of a folder stops at it, or takes it for a sample: `._cat.jpg`, which macOS leaves beside `cat.jpg`, ends in `.jpg` and is no image.

Fix
---
- Remove it, or keep it outside of the data folders.
- List files by their endings, and leave out names that begin with a dot.

Bad
---
    paths = list(Path("data").rglob("*"))

Good
----
    paths = [p for p in Path("data").rglob("*.jpg") if not p.name.startswith(".")]
"""

from stepscope.evidence import Flaws, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

STRAY_FILE = Rule("DAT114", Severity.NOTE, stage=Stage.DATA)

_LIKE_IMAGES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif", ".tif", ".tiff")


@STRAY_FILE.seen_in
def files(flaws: Flaws) -> Witnessed:
    places = at_flaws(flaws.of("stray"))
    traps = [place for place in places if str(place.file).lower().endswith(_LIKE_IMAGES)]
    others = [place for place in places if not str(place.file).lower().endswith(_LIKE_IMAGES)]
    if traps:
        yield STRAY_FILE.found(f"{shown(traps[0].file)} is named like an image and is none", severity=Severity.WARNING, seen={"files": f"{len(traps):,}"}, places=traps)
    if others:
        yield STRAY_FILE.found(f"{shown(others[0].file)} belongs to no sample", seen={"files": f"{len(others):,}"}, places=others)
