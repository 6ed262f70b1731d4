"""The corners of a box out of a sentence, a check or a line of code."""

from __future__ import annotations

import re
from typing import NamedTuple

from stepscope.evidence import Failure, Log, wording

NUMBER = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"
_NAMED = wording(
    rf"x_?(?:min|1)\b['\"]?\s*[=:]\s*(?P<x1>{NUMBER}).{{0,12}}?y_?(?:min|1)\b['\"]?\s*[=:]\s*(?P<y1>{NUMBER}).{{0,12}}?x_?(?:max|2)\b['\"]?\s*[=:]\s*(?P<x2>{NUMBER}).{{0,12}}?y_?(?:max|2)\b['\"]?\s*[=:]\s*(?P<y2>{NUMBER})",
    re.IGNORECASE,
)
_LISTED = wording(
    rf"(?:bbox|box|bounding box|rect(?:angle)?)\w*[^\n\[(]{{0,30}}[\[(]+\s*(?:np\.float\d+\()?(?P<x1>{NUMBER})\)?[,\s]\s*(?:np\.float\d+\()?(?P<y1>{NUMBER})\)?[,\s]\s*(?:np\.float\d+\()?(?P<x2>{NUMBER})\)?[,\s]\s*(?:np\.float\d+\()?(?P<y2>{NUMBER})",
    re.IGNORECASE,
)
_ABOUT = wording(r"\b(?:b?box(?:es)?|bounding|rect(?:angle)?s?|[xy]_?(?:min|max)|anchor|ground.?truth|gt)\w*\b", re.IGNORECASE)


class Corners(NamedTuple):
    """Left, top, right and bottom, as a sentence gives them."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def text(self) -> str:
        """Shown to a person."""
        return f"({', '.join(f'{value:g}' for value in self)})"


def corners(text: str) -> Corners | None:
    """The four numbers of a box that a sentence names."""
    found = _NAMED.search(text) or _LISTED.search(text)
    return Corners(*(float(found[name]) for name in ("x1", "y1", "x2", "y2"))) if found else None


def about_boxes(text: str) -> bool:
    """Whether a sentence or a line speaks of boxes."""
    return bool(_ABOUT.search(text))


def checked_line(failure: Failure) -> str:
    """The condition of an assertion that failed in the user's own code."""
    line = failure.innermost
    if line is None or not line.user or not failure.is_a("AssertionError"):
        return ""
    return (line.expression or line.code).removeprefix("assert ") if "assert" in line.code else ""


def heard(log: Log, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """The first line of the log in which the pattern is found."""
    found = log.find(pattern)
    return found.match if found else None
