"""Boxes are too few, or too alike, to compute anchors from.

Why
---
Anchors are the centres of clusters of the boxes' sizes: nine anchors need nine sizes that differ. A data set of one object per picture, all cropped
alike, or one that was read nearly empty, has fewer.

Fix
---
- Count the boxes that are read: far fewer than are annotated means that labels are left out.
- Keep the anchors of the configuration: `--noautoanchor` (YOLOv5), or ask for fewer.
- Where the sizes are alike in truth, a model without anchors fits better.

Bad
---
    anchors = kmean_anchors("three_pictures.yaml", n=9)

Good
----
    anchors = kmean_anchors("data.yaml", n=min(9, len({tuple(size) for size in sizes})))
"""

from stepscope.evidence import Failure, Log, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

ANCHORS_NOT_COMPUTABLE = Rule("BOX109", Severity.ERROR, stage=Stage.DATA)

_WORDS = wording(
    r"kmeans requested (?P<asked>\d+) points but returned only (?P<got>\d+)|n_samples=(?P<boxes>\d+) should be >= n_clusters=(?P<clusters>\d+)"
    r"|[Ll]abel (?:count|number)[^\n]{0,30}less than (?:the )?number of anchors"
)


@ANCHORS_NOT_COMPUTABLE.seen_in
def words(failure: Failure, log: Log) -> Witnessed:
    """The clustering of box sizes finds fewer of them than it shall return."""
    found = _WORDS.search(failure.message)
    if found and (found["asked"] or failure.passes("kmean_anchors", "kmeans_anchors", "check_anchors", "generateAnchors", "autoanchor")):
        asked, got = found["asked"] or found["clusters"], found["got"] or found["boxes"]
        yield ANCHORS_NOT_COMPUTABLE.found(
            f"{asked} anchors are asked of {got} sizes of boxes" if asked else "fewer boxes than anchors", Confidence.LIKELY, stage=Stage.DATA, seen={"says": failure.message[:250]}
        )
