"""A report as plain values, the one form that JSON and its readers share."""

from __future__ import annotations

from typing import Any

from stepscope.diagnose import Report
from stepscope.evidence import Overview
from stepscope.finding import Finding, Place

SCHEMA = 1


def plain(report: Report) -> dict[str, Any]:
    """The report as in docs/report.schema.json. Fields are added, never renamed."""
    return {
        "schema": SCHEMA,
        "command": report.command,
        "findings": [_finding(finding) for finding in report.findings],
        "asked": report.asked,
        "not_asked": [{"code": rule.code, "name": rule.name, "needs": rule.needs} for rule in report.not_asked],
        "notes": list(report.notes),
        "skipped": [dict(vars(bad)) for bad in report.skipped],
        "consequences": [aside._asdict() for aside in report.consequences],
        **({"overview": _overview(report.overview)} if report.overview else {}),
    }


def _overview(overview: Overview) -> dict[str, Any]:
    """The numbers; the small pictures are for a page."""
    usual, colours = overview.usual, overview.colours
    return {
        "layout": overview.layout,
        "images": overview.images,
        "splits": dict(overview.splits),
        "classes": list(overview.classes),
        "per_class": {split: list(counts) for split, counts in overview.per_class.items()},
        "boxes": overview.boxes,
        "usual_size": {"width": usual[0], "height": usual[1], "share": usual[2]} if usual else None,
        "charts": [{"title": chart.title, "counts": chart.counts, "bars": [list(bar) for bar in chart.bars]} for chart in overview.charts],
        "overlaps": [dict(vars(overlap)) for overlap in overview.overlaps],
        "colours": {"mean": list(colours.mean), "deviation": list(colours.deviation), "images": colours.images, "of": colours.of} if colours else None,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "stage": finding.stage.value,
        "headline": finding.headline,
        "place": _place(finding.place),
        "places": [_place(place) for place in finding.places],
        "count": finding.count,
        "seen": dict(finding.seen),
        "why": finding.why,
        "fix": list(finding.fix),
        "alternatives": list(finding.alternatives),
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "file": place.file,
        "line": place.line,
        "code": place.code,
        "about": place.about,
        "step": place.step,
        "epoch": place.epoch,
        "layer": place.layer,
        "operator": place.operator,
        "rank": place.rank,
        "samples": [{"index": s.index, "row": s.row, "file": s.file} for s in place.samples],
        "column": place.column,
        "image": place.image,
        "box": None if place.box is None else list(place.box),
    }
