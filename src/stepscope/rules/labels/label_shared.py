"""Two images share one label file, because their names differ in the extension only.

Why
---
`0001.jpg` and `0001.png` both look for `0001.txt`: one of them is trained on the boxes of the other.

Fix
---
- Rename one of the two, and give it a label file of its own.
- If they are copies of one picture, delete one.

Bad
---
    images/0001.jpg  images/0001.png  labels/0001.txt

Good
----
    images/0001.jpg  images/0002.png  labels/0001.txt  labels/0002.txt
"""

from stepscope.evidence import Flaws, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

LABEL_SHARED = Rule("LBL106", Severity.ERROR, stage=Stage.DATA)


@LABEL_SHARED.seen_in
def files(flaws: Flaws) -> Witnessed:
    """Every label file of a data set was matched with its images."""
    found = flaws.of("label-shared")
    if found:
        yield LABEL_SHARED.found(f"{shown(found[0].file, 30)} {found[0].says}", seen={"label files": f"{len(found):,}"}, places=at_flaws(found))
