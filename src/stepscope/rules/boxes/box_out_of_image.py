"""A box that reaches outside of its image.

Why
---
Coordinates past the edge crop nothing, or index a grid cell that is not there; libraries that expect 0 to 1 stop. One pixel too many is
the usual cause (a right edge of `width` counted from 1), then boxes made for the picture before it was resized, and pixel values where shares
of the picture are expected.

Fix
---
- Clip the boxes to their picture when they are read: `np.clip(box, 0, [w, h, w, h])`, and leave out those without area.
- If many lie outside, look whether they were made for another size of the picture, or are pixels where 0 to 1 is expected.
- A centre at exactly 1.0 falls into cell `S` of a grid of `S` cells: `min(int(cx * S), S - 1)`.

Bad
---
    xmax = box.right / image.width            # 1.33: the box was made for the larger picture

Good
----
    xmax = min(box.right / original.width, 1.0)
"""

import re

from stepscope.evidence import Boxes, Failure, Log, Stage, wording
from stepscope.evidence.form import mixed_up
from stepscope.finding import Confidence, Severity
from stepscope.rule import Draft, Rule, Witnessed
from stepscope.rules.boxes.rows import at, outside, reach, seen, text
from stepscope.rules.boxes.told import NUMBER, about_boxes, checked_line, heard

BOX_OUT_OF_IMAGE = Rule("BOX101", Severity.ERROR, stage=Stage.DATA, hears_users=True, yields_to=("box-not-normalised",))

_WORDS = wording(
    rf"maximum box coordinate value is larger than (?P<limit>{NUMBER})[^\n\[]*\]? ?\[?(?P<value>{NUMBER})?"
    r"|Expected (?P<edge>[xy]_(?:min|max)) for bbox .{0,200}? to be in the range \[0(?:\.0)?, ?1(?:\.0)?\],? got (?P<got>[-\w.()]+)"
    r"|(?:b?box|bounding box|corner|coordinate|annotation|xmax|ymax|xmin|ymin|x2|y2)[^\n]{0,60}(?:outside|beyond|out of|exceeds?|larger than|greater than|past)[^\n]{0,20}(?:the )?(?:image|picture|frame|bounds|width|height|range|border|edge)"
    r"|(?:outside|beyond|out of)[^\n]{0,12}(?:the )?(?:image|picture|bounds)[^\n]{0,30}(?:b?box|bounding|annotation)"
    rf"|(?:box(?:es)?|coordinates) (?:must|should) be (?:in|within|between) \[?0(?:\.0)?,? ?(?:and )?1(?:\.0)?\]?(?:: ?(?P<said>{NUMBER}))?",
    re.IGNORECASE,
)
_CONDITION = wording(r"(?:[xy]_?(?:max|2|min|1)|box\w*|b\[\d\])[^<>=]{0,25}<=? ?(?:1(?:\.0)?\b|[\w.]*(?:width|height|img_?w|img_?h|\bw\b|\bh\b))|0(?:\.0)? <=? [\w.\[\]'\"]*(?:[xy]_?(?:min|1)|box)", re.IGNORECASE)
_INDEX = wording(r"index (?P<index>-?\d+) is out of bounds for (?:axis|dimension) \d+ with size (?P<size>\d+)")
_GRID = wording(r"\bgrid_?[xyhw]\b|\bdetectors?_mask\b|\by_true\[\w+\]\[|\bbest_anchor\b|\b(?:label_?)?(?:grid|cells?|label_matrix|target_tensor|y_?grid|yolo\w*)\b", re.IGNORECASE)

_CELLS = (7, 13, 19, 20, 26, 38, 40, 52, 76, 80)
"""Cells along a side of YOLO's grids, for pictures of 224 to 640 pixels."""


@BOX_OUT_OF_IMAGE.seen_in
def words(failure: Failure) -> Witnessed:
    found = _WORDS.search(failure.message)
    if found and about_boxes(failure.message) and not failure.is_a("FileNotFoundError", "KeyError"):
        yield _said(found, Confidence.CERTAIN if found["limit"] or found["edge"] else Confidence.LIKELY)


@BOX_OUT_OF_IMAGE.seen_in
def logged(log: Log) -> Witnessed:
    """Said by a check within the input pipeline, which the run reports as a warning before it ends."""
    found = heard(log, _WORDS)
    if found and (found["limit"] or found["edge"] or found["said"]):
        yield _said(found, Confidence.LIKELY)


@BOX_OUT_OF_IMAGE.seen_in
def asserted(failure: Failure) -> Witnessed:
    line = checked_line(failure)
    if line and _CONDITION.search(line) and about_boxes(line) and not failure.message.strip():
        yield BOX_OUT_OF_IMAGE.found("a box reaches outside of its image", Confidence.LIKELY, stage=Stage.DATA, seen={"checked": line[:200]})


@BOX_OUT_OF_IMAGE.seen_in
def beyond_the_grid(failure: Failure, log: Log) -> Witnessed:
    """The cell of a box's centre is one past the last: the centre lies on the edge or outside."""
    line = failure.user_frame
    own = _INDEX.search(failure.message) if line and _GRID.search(line.code) and re.search(r"\* ?\w*(?:S|grid|size|cells)|int\(|row|col|\b[ijxy]\b|grid_?[xy]", line.code) and not re.search(r"\b5 ?\+", line.code) else None
    told = next((one for one in log.every(_INDEX) if re.search(r"annotation|box|label|dataset|image", one.said.text, re.IGNORECASE)), None)
    yolo = _INDEX.search(failure.message) if line is None or not line.user or not own else None
    if yolo and not own and int(yolo["size"]) in _CELLS and re.search(r"yolo", " ".join([failure.message, *(frame.file for frame in failure.frames)]), re.IGNORECASE):
        own = yolo
    found = own or (told.match if told and (_GRID.search(failure.message) or _GRID.search(line.code if line else "")) else None)
    if found and int(found["index"]) >= int(found["size"]) > 4:
        yield BOX_OUT_OF_IMAGE.found(
            f"a box lies in cell {found['index']} of a grid of {found['size']} cells",
            Confidence.LIKELY,
            stage=Stage.DATA,
            seen={"says": found.string.strip()[:300], "then": f"{failure.type}: {failure.message[:100]}" if told and not own else ""},
        )


def _said(found: re.Match[str], sure: Confidence) -> Draft:
    value = (found["value"] or found["got"] or found["said"] or "").rstrip(".")
    return BOX_OUT_OF_IMAGE.found(
        f"a box reaches to {value}, past the edge of its image" if value else "a box reaches outside of its image",
        sure,
        stage=Stage.DATA,
        seen={"says": found.string[found.start() : found.start() + 250].strip()},
    )


@BOX_OUT_OF_IMAGE.seen_in
def files(boxes: Boxes) -> Witnessed:
    """Every box of a data set was looked at."""
    mask, over = outside(boxes), reach(boxes)
    if mask.any() and not mixed_up(boxes):
        row = int((over * mask).argmax())
        width, height = (float(side[0]) for side in boxes.part([row]).sizes)
        of = f" of {width:g}x{height:g}" if width > 0 else ""
        yield BOX_OUT_OF_IMAGE.found(
            f"the box {text(boxes.part([row]).corners[0].round(2))} reaches out of its image{of}",
            seen={**seen(boxes, places := at(boxes, mask)), "farthest": f"{over[row]:.6g} {'pixels' if width > 0 else 'image widths'} outside"}, places=places,
        )  # fmt: skip
