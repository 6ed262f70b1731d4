"""An annotation file uses entities, external references, or paths that lead out of the data folder.

Why
---
An annotation file comes from a stranger. XML entities can read files of the machine or fill its memory; a path with `..` lets a tool that copies or
deletes images work on others than the data set's own.

Fix
---
- Do not load the file with a parser that expands entities; ask where it comes from.
- Give file names relative to the data folder, without `..`.

Bad
---
    {"images": [{"id": 1, "file_name": "../../home/user/.ssh/id_rsa"}]}

Good
----
    {"images": [{"id": 1, "file_name": "train/0001.jpg"}]}
"""

from stepscope.evidence import Flaws, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

ANNOTATION_UNSAFE = Rule("ANN105", Severity.ERROR, stage=Stage.DATA)


@ANNOTATION_UNSAFE.seen_in
def files(flaws: Flaws) -> Witnessed:
    """Every annotation file of a data set was read, and nothing that it names was followed."""
    found = flaws.of("unsafe")
    if found:
        yield ANNOTATION_UNSAFE.found(f"{shown(found[0].file, 30)}: {found[0].says}", seen={"places": f"{len(found):,}"}, places=at_flaws(found))
