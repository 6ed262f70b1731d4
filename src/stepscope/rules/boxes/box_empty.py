"""A box without width or height.

Why
---
There is nothing in it to learn. Its overlap with any anchor is 0 or undefined, and the logarithm of its size, which detectors learn, is minus
infinity: the loss becomes NaN at the batch that holds it.

Fix
---
- Leave boxes below a pixel out when annotations are read: `boxes = boxes[(boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])]`.
- After cropping and clipping, look again: a box that lay outside has no area any more.
- Where sizes are encoded, keep them off zero: `np.log(np.maximum(wh, 1e-3))`.

Bad
---
    targets = np.log(wh / 32.0)               # wh holds a 0

Good
----
    targets = np.log(np.maximum(wh, 1.0) / 32.0)
"""

import re

from stepscope.evidence import Boxes, Failure, Log, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.boxes.rows import at, empty, seen
from stepscope.rules.boxes.told import about_boxes, corners

BOX_EMPTY = Rule("BOX103", Severity.ERROR, stage=Stage.DATA, hears_users=True, yields_to=("box-reversed", "box-out-of-image"))

_WORDS = wording(
    r"(?:zero|no|without|empty|degenerate)[ -](?:area|width|height|size)[^\n]{0,20}|(?:positive (?:height and width|width and height))|(?:width|height|area)[^\n]{0,20}(?:is|are|==|of) (?:0|zero)\b"
    r"|[xy]_?max is less than or equal to [xy]_?min|degenerate (?:b?box|bounding)|empty (?:b?box|bounding box)",
    re.IGNORECASE,
)
_LOGARITHM = wording(r"RuntimeWarning: divide by zero encountered in log")
_SIZES = wording(r"\blog\w*\(.*\b(?:wh|w|h|widths?|heights?|sizes?|box\w*|gt\w*)\b", re.IGNORECASE)
_NAN = wording(r"\bloss\w*[ :=]+(?:nan|-?inf)\b", re.IGNORECASE)


@BOX_EMPTY.seen_in
def words(failure: Failure) -> Witnessed:
    told = corners(failure.message)
    empty = told is not None and (told.x1 == told.x2 or told.y1 == told.y2)
    if _WORDS.search(failure.message) and about_boxes(failure.message) and (empty or told is None) and not failure.is_a("KeyError"):
        yield BOX_EMPTY.found(
            f"the box {told.text} has no area" if told else "a box has no area",
            Confidence.CERTAIN if empty else Confidence.LIKELY, stage=Stage.DATA, seen={"says": failure.message.strip().splitlines()[0][:300]},
        )  # fmt: skip


@BOX_EMPTY.seen_in
def logarithm(log: Log) -> Witnessed:
    """Numpy warns of the logarithm of 0 where sizes of boxes are encoded, and the loss is not finite afterwards."""
    warned = log.find(_LOGARITHM)
    code = next((said.text for said in log.said if warned and said.line == warned.said.line + 1), "")
    loss = next((heard for heard in log.every(_NAN) if warned and heard.said.line > warned.said.line), None)
    if warned and loss and _SIZES.search(code):
        yield BOX_EMPTY.found(
            "the logarithm of a size of 0 is taken, and the loss is not finite",
            Confidence.LIKELY,
            stage=Stage.DATA,
            seen={"the log says": warned.said.text.strip()[:200], "line": code.strip(), "then": loss.said.text.strip()[:120]},
        )


@BOX_EMPTY.seen_in
def files(boxes: Boxes) -> Witnessed:
    """Every box of a data set was looked at."""
    places = at(boxes, empty(boxes))
    if places:
        yield BOX_EMPTY.found(f"a box without area: {places[0].about}", seen=seen(boxes, places), places=places)
