"""The places of a data set's mistakes as they can be opened from where the user stands; in evidence, paths start at the data set's root."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from stepscope.diagnose import Report
from stepscope.finding import Finding, Place

Lines = Callable[[str, set[int]], dict[int, tuple[int, int]]]
"""Of a file and the numbers that stand for items in it: the line and column of each."""


def from_here(report: Report, root: Any, lines_of: Lines) -> Report:
    """The same report with places from here, and with the lines of JSON items looked up, which is done for those alone that are told of."""
    lines = {(path, item): at for path, items in _items(report).items() for item, at in lines_of(path, items).items()}
    prefix = _prefix(root)

    @lru_cache(maxsize=4096)
    def here(path: str | None) -> str | None:
        return _joined(prefix, path)

    def moved(place: Place) -> Place:
        line, column = place.line, place.column
        if line is not None and line < 0:
            line, column = lines.get((place.file or "", line), (None, None))
        samples = tuple(replace(sample, file=here(sample.file)) for sample in place.samples)
        return replace(place, file=here(place.file), line=line, column=column, image=here(place.image), about=_printable(place.about), samples=samples)

    def told(finding: Finding) -> Finding:
        seen = {name: _printable(value) for name, value in finding.seen.items()}
        return replace(finding, headline=_printable(finding.headline), seen=seen, place=moved(finding.place), places=tuple(map(moved, finding.places)))

    overview = report.overview
    if overview is not None:
        overview = replace(overview, thumbnails={str(here(path)): small for path, small in overview.thumbnails.items()})
    return replace(report, findings=tuple(map(told, report.findings)), overview=overview)


def _items(report: Report) -> dict[str, set[int]]:
    """The items of JSON files that are told of, by file."""
    items: dict[str, set[int]] = {}
    for place in _places(report):
        if place.file and place.line is not None and place.line < 0:
            items.setdefault(place.file, set()).add(place.line)
    return items


def _places(report: Report) -> Iterator[Place]:
    for finding in report.findings:
        yield finding.place
        yield from finding.places


def _prefix(root: Any) -> str:
    """The way from here to the root, where it lies below."""
    try:
        return os.path.relpath(root) if root.is_absolute() and root.resolve().is_relative_to(Path.cwd()) else str(root)
    except OSError:
        return str(root)


def _joined(prefix: str, path: str | None) -> str | None:
    """A path below the root as it can be opened, and printed."""
    if path is None or "://" in prefix:
        return path and f"{prefix}/{path}"
    whole = os.path.normpath(os.path.join(prefix, path))
    try:
        return os.fsencode(whole).decode("utf-8", "replace")
    except UnicodeEncodeError:  # half of a pair, out of a JSON escape
        return whole.encode("utf-8", "replace").decode()


_HALF = re.compile("[\ud800-\udfff]")


def _printable(text: str) -> str:
    """Words that quote a name which is not UTF-8, as they can be printed and written anywhere."""
    return text if text.isascii() else _HALF.sub("\N{REPLACEMENT CHARACTER}", text)
