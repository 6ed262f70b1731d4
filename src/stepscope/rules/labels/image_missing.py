"""A label whose image is not there.

Why
---
A loader that goes by the labels stops at the first of them; one that goes by the images leaves the label out without a word, and the set is smaller than
its list says.

Fix
---
- Fetch the missing images, or take their lines out of the list.
- Look at the names: another ending (`.jpeg` for `.jpg`), another case, or a folder that was moved is the usual cause.

Bad
---
    train/0017.png,cat            # the file is train/0017.jpg

Good
----
    train/0017.jpg,cat
"""

from stepscope.evidence import Flaws, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

IMAGE_MISSING = Rule("LBL107", Severity.ERROR, stage=Stage.DATA)


@IMAGE_MISSING.seen_in
def files(flaws: Flaws) -> Witnessed:
    """Every label of a data set was looked up."""
    found = flaws.of("no-image")
    if found:
        yield IMAGE_MISSING.found(f"{shown(found[0].file, 35)}: {found[0].says}", seen={"labels without an image": f"{len(found):,}"}, places=at_flaws(found))
