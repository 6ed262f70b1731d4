"""A report as one HTML page that needs nothing else: no network, no other file."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from importlib.resources import files
from typing import Any

from stepscope.diagnose import Report
from stepscope.evidence import Overview, Thumbnail
from stepscope.finding import Finding, Place, Severity
from stepscope.report.charts import charts_of
from stepscope.report.paragraph import counted, paragraph
from stepscope.report.pictured import image_of, shown_of

PLACES = 200
"""Places of a finding that the page lists."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def render(report: Report) -> str:
    """The whole page. Everything that comes from outside is escaped, and the browser is told to run no script but the page's own."""
    from jinja2 import Environment, StrictUndefined

    parts = files("stepscope.report") / "page"
    style, script, template = ((parts / name).read_text(encoding="utf-8") for name in ("style.css", "filter.js", "report.html"))
    surroundings = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_told)
    surroundings.filters["prose"] = _prose
    page = surroundings.from_string(template)
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return page.render(
        command=report.command, style=style, script=script, script_hash=allowed, headline=_headline(report), findings=_findings(report), notes=report.notes,
        severities=_severities(report), asked=counted(report.asked, "rule"), not_asked=report.not_asked, skipped=report.skipped, overview=report.overview,
        summary=paragraph(report.overview) if report.overview else "", charts=charts_of(report.overview) if report.overview else [],
    )  # fmt: skip


def _told(value: Any) -> Any:
    """A stranger's text without what HTML cannot hold: control characters, halves of characters, and what turns the direction of writing around."""
    return _CONTROL.sub("\ufffd", value) if type(value) is str else value


def _prose(text: str) -> Any:
    """Our own words, in which `code` stands between backticks."""
    from markupsafe import Markup, escape

    pieces = [escape(_told(piece)) for piece in text.split("`")]
    if len(pieces) % 2 == 0:
        return escape(_told(text))
    return Markup("").join(Markup("<code>{}</code>").format(piece) if place % 2 else piece for place, piece in enumerate(pieces))


def _severities(report: Report) -> list[tuple[str, int]]:
    met = Counter(finding.severity.value for finding in report.findings)
    return [(severity.value, met[severity.value]) for severity in Severity if met[severity.value]]


def _headline(report: Report) -> str:
    """2 errors, 1 warning."""
    return ", ".join(counted(count, severity) for severity, count in _severities(report)) or "Nothing found"


def _findings(report: Report) -> list[dict[str, Any]]:
    return [_finding(finding, number, report.overview) for number, finding in enumerate(report.findings, 1)]


def _finding(finding: Finding, number: int, overview: Overview | None) -> dict[str, Any]:
    places = [place for place in (finding.place, *finding.places) if place.file or place.layer or place.step is not None]
    small = overview.thumbnails if overview else {}
    return {
        "number": number,
        "finding": finding,
        "places": [_place(place) for place in places[:PLACES]],
        "more": max(finding.count, len(places)) - min(len(places), PLACES) if finding.count > 1 else len(places[PLACES:]),
        "pictures": [_picture(path, boxes, small[path]) for path, boxes in shown_of(finding) if path in small],
    }


def _place(place: Place) -> dict[str, str]:
    """Where, and what is known of it."""
    line = f":{place.line}" + (f":{place.column}" if place.column else "") if place.line else ""
    words = [
        place.about,
        f"image {place.image}" if place.image and image_of(place) != place.file else "",
        f"box {', '.join(f'{value:g}' for value in place.box)}" if place.box else "",
        f"layer {place.layer}" if place.layer else "",
        f"operator {place.operator}" if place.operator else "",
        f"step {place.step}" if place.step is not None else "",
        f"epoch {place.epoch}" if place.epoch is not None else "",
        f"rank {place.rank}" if place.rank is not None else "",
        *(f"sample {sample.index}" + (f" ({sample.file})" if sample.file else "") for sample in place.samples[:5] if sample.index is not None),
    ]
    return {"file": f"{place.file}{line}" if place.file else "", "code": place.code, "words": " · ".join(filter(None, words))}


def _picture(path: str, boxes: tuple[tuple[float, float, float, float], ...], small: Thumbnail) -> dict[str, Any]:
    scale = 96 / max(small.width, small.height)
    return {
        "path": path, "name": path.rpartition("/")[2], "data": small.data, "width": small.width, "height": small.height,
        "across": max(1, round(small.width * scale)), "down": max(1, round(small.height * scale)),
        "boxes": [drawn for drawn in (_drawn(box, small.width, small.height) for box in boxes[:50]) if drawn],
        "alt": f"{path}, {small.width} by {small.height} pixels" + (f", {counted(len(boxes), 'box', 'boxes')} drawn in" if boxes else ""),
    }  # fmt: skip


def _drawn(box: tuple[float, float, float, float], width: int, height: int) -> dict[str, str] | None:
    """A box as SVG's numbers, its corners in order, cut off a tenth beyond the image; None where a corner is no number."""
    if any(value != value for value in box):
        return None
    left, right = sorted(min(max(value, -width / 10), width * 1.1) for value in (box[0], box[2]))
    top, bottom = sorted(min(max(value, -height / 10), height * 1.1) for value in (box[1], box[3]))
    return {"x": f"{left:g}", "y": f"{top:g}", "width": f"{max(right - left, 1):g}", "height": f"{max(bottom - top, 1):g}"}
