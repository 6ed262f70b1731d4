"""A report for a person at a terminal."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Iterator

from stepscope.diagnose import Report
from stepscope.finding import Confidence, Finding, Place, Sample
from stepscope.report.paragraph import paragraph

WIDTH = 100
PLACES = 3
"""Places that are shown of a mistake that was met many times."""
LISTED = 20
"""Bad samples that are shown."""
_COLOURS = {"error": "1;31", "warning": "1;33", "note": "1;36", "arrow": "1;34", "word": "1", "quiet": "2"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def render(report: Report, colour: bool = False, width: int | None = None) -> str:
    """The findings as text, without escape codes where `colour` is false. `width` is in columns, between 40 and 100."""
    columns = max(40, min(width or WIDTH, WIDTH))
    lines: list[str] = []
    for finding in report.findings:
        lines += [*_finding(finding, columns, colour), ""]
    lines += _skipped(report, colour)
    lines += [_paint(f"note: {note}", "quiet", colour) for note in report.notes]
    if report.overview is not None:
        lines += textwrap.wrap(_clean(paragraph(report.overview)), columns, break_on_hyphens=False)
    return "\n".join(_CONTROL.sub("", line) if not colour else line for line in lines)


def _skipped(report: Report, colour: bool) -> Iterator[str]:
    """The samples that were replaced: how many, and the first of them."""
    if not report.skipped:
        return
    count = len(report.skipped)
    what = "replaced by others" if any(bad.index is not None for bad in report.skipped) else "passed over"
    yield _paint(f"{count} bad sample{'s were' if count > 1 else ' was'} {what}:", "word", colour)
    for bad in report.skipped[:LISTED]:
        file = f" ({_clean(bad.file)})" if bad.file else ""
        yield f"  {bad.name}{file}: {_clean(bad.reason)}"
    if count > LISTED:
        yield f"  and {count - LISTED} more; --output report.json lists them all"
    yield ""


def summary(report: Report, steps: int) -> str:
    """One line for a run in which nothing was found."""
    return f"stepscope: nothing found in {steps} steps; {report.asked} rules asked, {len(report.not_asked)} had no evidence"


def _finding(finding: Finding, columns: int, colour: bool) -> Iterator[str]:
    sure = "" if finding.confidence is Confidence.CERTAIN else f"{finding.confidence.value}: "
    head = _paint(f"{finding.severity.value}[{finding.code}]", finding.severity.value, colour)
    where = f", in `{finding.place.layer}`" if finding.place.layer and finding.place.layer not in finding.headline else ""
    step = f" at step {finding.place.step}" if finding.place.step else ""
    yield f"{head} {finding.stage.value}: {_paint(sure + _clean(finding.headline) + where + step, 'word', colour)}"
    yield from _places(finding, colour)
    yield ""
    if finding.seen:
        widest = min(max(map(len, finding.seen)), 28)
        for name, value in finding.seen.items():
            yield from _pair(name, _clean(value), widest, columns)
        yield ""
    if finding.alternatives:
        yield from _section("or", [f"- {item}" for item in finding.alternatives], columns, colour)
        yield ""
    yield from _section("why", [finding.why], columns, colour)
    yield ""
    yield from _section("fix", [f"- {item}" for item in finding.fix], columns, colour)
    yield ""
    yield "      " + _paint(f"stepscope rules {finding.code}", "quiet", colour)


def _places(finding: Finding, colour: bool) -> Iterator[str]:
    arrow = _paint("-->", "arrow", colour)
    if finding.place.file:
        yield f"  {arrow} {_location(finding.place)}"
    known = _samples(finding.place)
    if known:
        yield f"      {known}"
    shown = finding.places if finding.count == 1 else finding.places[: PLACES - 1]
    for place in shown:
        if place.file:
            said = ": ".join(text for text in (_samples(place), _clean(place.about)) if text)
            yield f"  {arrow} {_location(place)}" + (f"   ({said})" if said else "")
    if finding.count > PLACES:
        yield f"      and {finding.count - PLACES:,} more; --output report.json lists them all"


def _location(place: Place) -> str:
    line = f":{place.line}" if place.line else ""
    line += f":{place.column}" if place.line and place.column else ""
    return f"{_clean(place.file or '')}{line}" + (f"      {_clean(place.code)}" if place.code else "")


def _samples(place: Place) -> str:
    """Which samples, in words: sample 1203 (data/train/1203.png) · row 5 of the batch · rank 0."""
    parts = []
    if place.samples:
        first, more = place.samples[0], len(place.samples) - 1
        parts += [text for text in (_sample(first), "" if first.row is None else f"row {first.row} of the batch") if text]
        if more:
            parts.append(f"and {more} more")
    if place.epoch is not None:
        parts.append(f"epoch {place.epoch}")
    if place.rank is not None:
        parts.append(f"rank {place.rank}")
    return " · ".join(parts)


def _sample(sample: Sample) -> str:
    if sample.index is None:
        return ""
    return f"sample {sample.index}" + (f" ({_clean(sample.file)})" if sample.file else "")


def _pair(name: str, value: str, widest: int, columns: int) -> Iterator[str]:
    room = max(20, columns - widest - 10)
    first, *rest = textwrap.wrap(value, room, max_lines=4, placeholder=" ...") or [""]
    yield f"      {name:<{widest}}   {first}"
    for line in rest:
        yield f"      {'':<{widest}}   {line}"


def _section(title: str, paragraphs: list[str], columns: int, colour: bool) -> Iterator[str]:
    label = _paint(title, "word", colour)
    for number, words in enumerate(paragraphs):
        hanging = "        " if words.startswith("- ") else "      "
        text = textwrap.wrap(_clean(words), columns, initial_indent="      ", subsequent_indent=hanging, break_on_hyphens=False)
        for row, line in enumerate(text):
            yield label + line[len(title) :] if number == 0 and row == 0 else line


def _clean(text: str) -> str:
    """Text of a stranger's without the control characters that could drive a terminal."""
    return _CONTROL.sub("", text.replace("\n", " "))


def _paint(text: str, role: str, colour: bool) -> str:
    return f"\x1b[{_COLOURS[role]}m{text}\x1b[0m" if colour else text


def wants_colour(is_terminal: bool) -> bool:
    """Whether to colour: on a terminal, unless NO_COLOR is set (https://no-color.org) or TERM is "dumb"."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (is_terminal and os.environ.get("TERM") != "dumb")
