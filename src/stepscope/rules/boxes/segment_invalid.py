"""A polygon of too few points, an odd number of values, or a run-length code that does not decode.

Why
---
A polygon needs three points, so six values; a list of four is a box that stands in the field of polygons. Run-length codes carry the size of their
picture, and decode to it alone.

Fix
---
- Leave polygons of fewer than six values out when annotations are read, or draw them as boxes.
- Look at the named entry: x and y alternate, so the number of values is even.
- Convert run-length codes with `pycocotools.mask.frPyObjects(segmentation, height, width)`.

Bad
---
    annotation["segmentation"] = [[12.0, 8.0, 40.0, 31.0]]               # a box

Good
----
    annotation["segmentation"] = [[12.0, 8.0, 40.0, 8.0, 40.0, 31.0, 12.0, 31.0]]
"""

import re

from stepscope.evidence import Failure, Flaws, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws

SEGMENT_INVALID = Rule("BOX112", Severity.ERROR, stage=Stage.DATA, hears_users=True)

_WORDS = wording(
    r"Cannot create a polygon from (?P<count>\d+) coordinates|A linearring requires at least (?P<points>\d+) coordinates|Argument 'bb' has incorrect type|input type is not supported"
    r"|polygons?[^\n]{0,40}(?:fewer|less) than (?:3|three|6|six) (?:points|values|coordinates)|(?:odd|uneven) number of (?:polygon )?(?:coordinates|values|points)"
    r"|Input segmentation is expected to be a list|TopologicalError|TopologyException: [^\n]*|self-?intersect(?:ion|ing)"
)
_SEGMENTS = wording(r"polygon|segment|mask|\brle\b|linearring|topolog|intersect", re.IGNORECASE)


@SEGMENT_INVALID.seen_in
def words(failure: Failure) -> Witnessed:
    found = _WORDS.search(failure.message)
    about = found and (_SEGMENTS.search(failure.message) or failure.passes_file("pycocotools/coco.py", "pycocotools/mask.py"))
    if found and about:
        count = found["count"]
        yield SEGMENT_INVALID.found(
            f"a polygon has {count} values, where three points are six" if count else f"a segment does not decode: {found[0]}",
            Confidence.LIKELY, stage=Stage.DATA, seen={"says": failure.message[:250]},
            fix=("Four values are a box: it stands in the wrong field.",) if count == "4" else (),
        )  # fmt: skip


@SEGMENT_INVALID.seen_in
def files(flaws: Flaws) -> Witnessed:
    """Every segment of a data set was looked at."""
    found = flaws.of("segment")
    if found:
        yield SEGMENT_INVALID.found(found[0].says, seen={"segments": f"{len(found):,}"}, places=at_flaws(found))
