"""A report as Markdown, to be posted on an issue or a pull request."""

from __future__ import annotations

import re

from stepscope.diagnose import Report
from stepscope.finding import Confidence, Finding, Place

_TOLD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def render(report: Report) -> str:
    """The findings, each with its place, what was seen, why and the fix."""
    if not report.findings:
        return f"**stepscope** found no failure ({report.asked} rules asked).\n"
    return "\n".join(_finding(finding) for finding in report.findings)


def _finding(finding: Finding) -> str:
    sure = "" if finding.confidence is Confidence.CERTAIN else f" ({finding.confidence.value})"
    lines = [f"### {finding.severity.value} `{finding.code}` {finding.name}{sure}", "", f"**{finding.stage.value}**: {_plain(finding.headline)}", ""]
    lines += [f"- {_where(place)}" for place in (finding.place, *finding.places) if place.file]
    if finding.seen:
        lines += ["", "| seen | |", "|---|---|", *(f"| {_cell(name)} | {_cell(value)} |" for name, value in finding.seen.items())]
    lines += ["", _plain(finding.why), "", "**Fix**", "", *(f"- {_plain(item)}" for item in finding.fix)]
    if finding.alternatives:
        lines += ["", "**Or else**", "", *(f"- {_plain(item)}" for item in finding.alternatives)]
    return "\n".join(lines) + "\n"


def _where(place: Place) -> str:
    line = f":{place.line}" if place.line else ""
    code = f" {_code(place.code)}" if place.code else ""
    return f"{_code(f'{place.file}{line}')}{code}" + (f" ({place.about})" if place.about else "")


def _code(text: str) -> str:
    """Text as code, whatever backticks it holds."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence} {_plain(text, False)} {fence}" if len(fence) > 1 else f"`{_plain(text, False)}`"


def _cell(text: str) -> str:
    return _plain(text[:300]).replace("|", "\\|")


def _plain(text: str, escaped: bool = True) -> str:
    """A stranger's text: no control characters, no HTML, no mentions that would call people."""
    text = " ".join(_TOLD.sub("", text).split())
    return text.replace("<", "&lt;").replace("@", "@\u200b") if escaped else text
