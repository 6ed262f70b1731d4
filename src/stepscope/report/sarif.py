"""A report as SARIF 2.1.0, for code hosts and editors."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from stepscope import __version__
from stepscope.catalogue import catalogue
from stepscope.diagnose import Report
from stepscope.finding import Confidence, Finding, Place, Severity
from stepscope.report.plain import plain
from stepscope.rule import Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_RANKS = {Confidence.CERTAIN: 95.0, Confidence.LIKELY: 70.0, Confidence.POSSIBLE: 35.0}


def render(report: Report) -> str:
    """The report as a SARIF log with one run; the rules that spoke carry their pages."""
    names = {finding.code for finding in report.findings}
    rules = [rule for rule in catalogue() if rule.code in names]
    driver = {
        "name": "stepscope",
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in rules],
    }
    results = [_result(finding, value) for finding, value in zip(report.findings, plain(report)["findings"], strict=True)]
    run = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    page = rule.page
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.why},
        "help": {
            "text": "\n".join(page.fix),
            "markdown": page.markdown(rule.code, rule.name, rule.stage.value, rule.severity.value),
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding, value: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "rank": _RANKS[finding.confidence],
        "message": {"text": ". ".join([finding.headline, *finding.fix])},
        "properties": {key: value[key] for key in ("name", "stage", "confidence", "seen", "place")},
    }
    if finding.place.file:
        result["locations"] = [_location(finding.place)]
    related = [_location(place) for place in finding.places if place.file]
    if related:
        result["relatedLocations"] = related
    return result


def _location(place: Place) -> dict[str, Any]:
    path = PurePath(place.file or "")
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if place.line:
        physical["region"] = {"startLine": place.line, **({"startColumn": place.column} if place.column else {})}
    location: dict[str, Any] = {"physicalLocation": physical}
    if place.about:
        location["message"] = {"text": place.about}
    return location
