"""Boxes are in pixels where shares of the picture (0 to 1) are expected, or the other way round.

Why
---
YOLO's label files and albumentations' `yolo` and `albumentations` formats count in shares of the picture. A reader that checks leaves the files
out or stops; one that does not check multiplies pixels by the width once more, and every box lies outside.

Fix
---
- Divide x and width by the picture's width, y and height by its height, when the labels are written.
- If pixels are meant, say so: `format="pascal_voc"` or `"coco"` for albumentations.
- If only a few values lie just past 1, clip them: they come from rounding or from annotations that reach over the edge.

Bad
---
    line = f"{label} {cx} {cy} {w} {h}"                    # pixels

Good
----
    line = f"{label} {cx / width} {cy / height} {w / width} {h / height}"
"""

import re

from stepscope.evidence import Boxes, Failure, Log, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Draft, Rule, Witnessed
from stepscope.rules.boxes.box_out_of_image import BOX_OUT_OF_IMAGE
from stepscope.rules.boxes.rows import as_pixels, as_shares, at, seen

BOX_NOT_NORMALISED = Rule("BOX105", Severity.ERROR, stage=Stage.DATA, hears_users=True)

EDGE = 2.0
"""The largest value that is taken for a box over the edge of its picture; beyond it are pixels."""

_NUMBER = r"-?\d+(?:\.\d*)?(?:e[-+]?\d+)?"
_ULTRALYTICS = wording(r"non-normalized or out of bounds coordinates?(?: labels?)?:? ?(?P<rest>[^\n]{0,300})", re.IGNORECASE)
_RANGE = wording(rf"Expected [xy]_(?:min|max|center) for bbox .{{0,200}}? to be in the range \[0(?:\.0)?, ?1(?:\.0)?\],? got (?:[\w.]+\()?(?P<got>{_NUMBER})|(?:width|height)(?: and height)? for bbox .{{0,200}}?range \(?\[?0", re.DOTALL)
_NEGATIVE = wording(r"negative label(?: value)?s?:? ?(?P<where>[^\n]*)")
_STOPPED = wording(r"[Nn]o labels|[Nn]o (?:valid )?images|labels empty|can ?not (?:start )?train|non-normalized", re.IGNORECASE)
_TENSOR = wording(rf"\[\s*(?P<row>{_NUMBER}(?:,\s*{_NUMBER}){{3}})\s*\]")


@BOX_NOT_NORMALISED.seen_in
def words(failure: Failure) -> Witnessed:
    """A library's check of the coordinates."""
    told, ranged, negative = (pattern.search(failure.message) for pattern in (_ULTRALYTICS, _RANGE, _NEGATIVE))
    if told and not _over_the_edge(told["rest"]):
        yield _draft(failure, told["rest"], Confidence.LIKELY)
    elif ranged and ranged["got"] and abs(float(ranged["got"])) > EDGE:
        yield _draft(failure, ranged["got"], Confidence.CERTAIN)
    elif negative and failure.is_a("AssertionError"):
        yield BOX_NOT_NORMALISED.found("a label file holds negative numbers", Confidence.POSSIBLE, seen={"file": negative["where"], "says": failure.message[:250]})


@BOX_NOT_NORMALISED.seen_in
def left_out(failure: Failure, log: Log) -> Witnessed:
    """Every picture is left out for its coordinates, until none is left to train on."""
    heard = log.find(_ULTRALYTICS)
    if heard and _STOPPED.search(failure.message) and not _over_the_edge(heard.match["rest"]):
        yield BOX_NOT_NORMALISED.found(
            f"coordinates of {_values(heard.match['rest'])} where 0 to 1 is expected" if _values(heard.match["rest"]) else "coordinates are no shares of the picture",
            Confidence.LIKELY, stage=Stage.DATA, seen={"then": failure.message[:200]}, said=heard.said,
        )  # fmt: skip


@BOX_OUT_OF_IMAGE.seen_in
def over_the_edge(failure: Failure, log: Log) -> Witnessed:
    """The same check, of values just past 1."""
    heard = log.find(_ULTRALYTICS)
    told = _ULTRALYTICS.search(failure.message) or (heard.match if heard and _STOPPED.search(failure.message) else None)
    if told and _over_the_edge(told["rest"]):
        yield BOX_OUT_OF_IMAGE.found("a box reaches over the edge of its picture", Confidence.LIKELY, stage=Stage.DATA, seen={"values": _values(told["rest"])})


@BOX_NOT_NORMALISED.seen_in
def centres(failure: Failure, log: Log) -> Witnessed:
    """DETR's check of the corners prints them: corners made of a centre and a size that are pixels of another format."""
    line = failure.innermost
    rows = _TENSOR.findall(failure.message) if line and failure.is_a("AssertionError") and re.search(r"\[:, 2:\] >= \w+\[:, :2\]", line.code) else []
    values = [[float(value) for value in row.split(",")] for row in rows]
    if values and all(max(abs(value) for value in row) > EDGE for row in values):
        yield BOX_NOT_NORMALISED.found(f"boxes in pixels, such as [{rows[0]}], where 0 to 1 is expected", Confidence.LIKELY, stage=Stage.DATA, seen={"checked": line.code if line else ""})


def _draft(failure: Failure, values: str, sure: Confidence) -> Draft:
    shown = _values(values)
    return BOX_NOT_NORMALISED.found(
        f"coordinates of {shown} where 0 to 1 is expected" if shown else "coordinates are no shares of the picture (0 to 1)",
        sure, stage=Stage.DATA, seen={"file": "" if shown else values.strip(": "), "says": failure.message[:250]},
    )  # fmt: skip


def _numbers(text: str) -> list[float]:
    values = re.split(r"[\[\]\s,]+", text.strip("[] ,\t"))[:200]
    return [float(value) for value in values] if all(re.fullmatch(_NUMBER, value) for value in values) else []


def _values(text: str) -> str:
    return " ".join(f"{value:g}" for value in _numbers(text)[:4])


def _over_the_edge(text: str) -> bool:
    values = _numbers(text)
    return bool(values) and max(abs(value) for value in values) <= EDGE


@BOX_NOT_NORMALISED.seen_in
def files(boxes: Boxes) -> Witnessed:
    """Every box of a data set was looked at."""
    for mask, what in ((as_pixels(boxes), "holds pixels, where shares from 0 to 1 are expected"), (as_shares(boxes), "holds shares from 0 to 1, where pixels are expected")):
        places = at(boxes, mask)
        if places:
            yield BOX_NOT_NORMALISED.found(f"a box {what}: {places[0].about}", seen=seen(boxes, places), places=places)
