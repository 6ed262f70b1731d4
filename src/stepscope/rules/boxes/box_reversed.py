"""A box whose right edge lies before its left one, or whose bottom lies above its top.

Why
---
Width and height come out negative: encoded targets become NaN (the logarithm of a negative number), overlaps become nonsense, and libraries
that check their boxes stop. Most often corners were written in the order in which they were drawn, or (x, y, width, height) was read as corners.

Fix
---
- Sort the corners when the annotation is read: `x1, x2 = min(x1, x2), max(x1, x2)`, the same for y.
- If all boxes are so, another format is meant: (x, y, width, height), or y before x.
- Look the named sample up and correct its annotation; leave boxes without area out.

Bad
---
    box = [82.9, 146.9, 68.9, 198.1]          # xmin, ymin, xmax, ymax

Good
----
    box = [68.9, 146.9, 82.9, 198.1]
"""

import re

from stepscope.evidence import Batch, Boxes, Failure, Log, Stage, wording
from stepscope.evidence.form import mixed_up
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.boxes.rows import at, backwards, seen
from stepscope.rules.boxes.told import NUMBER, about_boxes, checked_line, corners, heard

BOX_REVERSED = Rule("BOX102", Severity.ERROR, stage=Stage.DATA, hears_users=True, yields_to=("box-out-of-image",))

_WORDS = wording(
    r"(?P<a>[xy]_?(?:max|2))\w* ?(?:is |must be |should be )?(?:<=?|less than(?: or equal to)?|smaller than|before|not greater than|greater than) ?(?P<b>[xy]_?(?:min|1))\b"
    r"|(?P<c>[xy]_?(?:min|1))\w* ?(?:is )?(?:>=?|greater than(?: or equal to)?|larger than|exceeds|must be (?:<|less than)|should be (?:<|less than)) ?(?P<d>[xy]_?(?:max|2))\b"
    r"|(?:negative|reversed|inverted) (?:or zero )?(?:b?box|width|height|size|area|bounding)|zero or negative (?:b?box|width|height|size|area)"
    r"|(?:b?box|bounding box)\w* [^\n]{0,30}(?:negative|reversed|inverted)(?: width| height| size| area)?|positive (?:height and width|width and height)"
    r"|right edge [^\n]{0,20}(?:before|left of)|bottom [^\n]{0,20}above [^\n]{0,10}top",
    re.IGNORECASE,
)
_ORDERED = wording(r"\b[\w.\[\]'\"]*?x_?(?:1|min|0)\b[\w'\"\]]* ?<=? ?[\w.\[\]'\"]*x_?(?:2|max|1)\b|\b[\w.\[\]'\"]*?y_?(?:1|min|0)\b[\w'\"\]]* ?<=? ?[\w.\[\]'\"]*y_?(?:2|max|1)\b|x_?(?:2|max)\b[\w'\"\]]* ?>=? ?[\w.\[\]'\"]*x_?(?:1|min)\b", re.IGNORECASE)
_SIDES = wording(r"\(*(?P<name>[a-z]\w*)(?:\[[^\]]*\])?\s*>=?\s*0(?:\.0?)?\b", re.IGNORECASE)
_EDGES = wording(r"assertion failed: (?P<low>\[(?:\[[-\d.e ]+\]\s*)+(?:\.\.\.)?\]) (?P<high>\[(?:\[[-\d.e ]+\]\s*)+(?:\.\.\.)?\])")
_LOGGED = wording(rf"{_WORDS.pattern}[^\n]*?{NUMBER}", re.IGNORECASE)


@BOX_REVERSED.seen_in
def words(failure: Failure) -> Witnessed:
    """A library or the user's own check says so of a box."""
    found, told = _WORDS.search(failure.message), corners(failure.message)
    if not (found and about_boxes(failure.message)) or failure.is_a("FileNotFoundError", "KeyError"):
        return
    if told is not None and not (told.x2 < told.x1 or told.y2 < told.y1):
        return
    sure = Confidence.CERTAIN if told else Confidence.LIKELY
    yield BOX_REVERSED.found(
        f"the box {told.text} ends before it begins" if told else f"a box ends before it begins: {found[0]}",
        sure, stage=Stage.DATA, seen={"says": failure.message.strip().splitlines()[0][:300]},
    )  # fmt: skip


@BOX_REVERSED.seen_in
def asserted(failure: Failure) -> Witnessed:
    """An assertion of the user's own on the order of the corners."""
    line = checked_line(failure)
    if line and _ORDERED.search(line) and not failure.message.strip():
        yield BOX_REVERSED.found("a box ends before it begins", Confidence.LIKELY, stage=Stage.DATA, seen={"checked": line[:200]})


@BOX_REVERSED.seen_in
def sides(failure: Failure, batch: Batch) -> Witnessed:
    """An assertion that sides are above 0, and one of them is below."""
    found = _SIDES.match(checked_line(failure))
    held = batch.fields.get(found["name"]) if found else None
    if found and held is not None and (held.minimum or 0) < 0 and about_boxes(f"{failure.message} {' '.join(batch.fields)}"):
        yield BOX_REVERSED.found(
            f"a box ends before it begins: `{found['name']}` goes down to {held.minimum:g}",
            Confidence.LIKELY, stage=Stage.DATA, seen={"checked": checked_line(failure)[:200], f"`{found['name']}`": held},
        )  # fmt: skip


@BOX_REVERSED.seen_in
def two_lists(failure: Failure) -> Witnessed:
    """TensorFlow's decoder of boxes asserts that lower edges come first, and prints both lists of edges without a word."""
    found = _EDGES.search(failure.message)
    if found is None:
        return
    low, high = ([float(value) for value in re.findall(NUMBER, found[name])] for name in ("low", "high"))
    if len(low) == len(high) and all(0 <= value <= 1.5 for value in (*low, *high)) and any(a > b for a, b in zip(low, high, strict=True)):
        a, b = next((a, b) for a, b in zip(low, high, strict=True) if a > b)
        yield BOX_REVERSED.found(f"a box begins at {a:g} and ends at {b:g}", Confidence.LIKELY, stage=Stage.DATA, seen={"says": found[0][:200]})


@BOX_REVERSED.seen_in
def logged(log: Log, failure: Failure) -> Witnessed:
    """Said in the log before the run stopped."""
    found = heard(log, _LOGGED)
    if found and about_boxes(found.string) and (told := corners(found.string)) and (told.x2 < told.x1 or told.y2 < told.y1):
        yield BOX_REVERSED.found(f"the box {told.text} ends before it begins", Confidence.LIKELY, stage=Stage.DATA, seen={"the log says": found.string.strip()[:300]})


@BOX_REVERSED.seen_in
def files(boxes: Boxes) -> Witnessed:
    """Every box of a data set was looked at."""
    places = [] if mixed_up(boxes) else at(boxes, backwards(boxes))
    if places:
        yield BOX_REVERSED.found(f"a box ends before it begins: {places[0].about}", seen=seen(boxes, places), places=places)
