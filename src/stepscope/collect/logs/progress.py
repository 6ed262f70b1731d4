"""The course of a training, out of the lines that report it: every named number as a series, whatever the program calls it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from stepscope.evidence import Course, NonFinite, Said

SHOWN = 64
"""Losses kept."""
NAMES = 200
GOES_ON = 2
"""Lines with a loss, after an exception, that show that it was handled."""
"""Names that are followed."""

_NUMBER = r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)"
_NAMED = re.compile(
    rf"(?P<name>[A-Za-z|][A-Za-z_|./ ()-]{{0,30}}?)['\"]?(?:\s*[:=]\s*|\s+)['\"]?(?:tensor\(\s*)?(?P<value>{_NUMBER}|[-+]?(?:nan|inf(?:inity)?))(?:(?P<unit>\s?(?:[KMGT]i?B?)\b)|(?![A-Za-z_.\d]))",
    re.IGNORECASE,
)
_LOSS = re.compile(r"loss|nll|elbo|objective|cost|cross.?entropy|\bce\b|\bmse\b|\bmae\b|\bbce\b|perplexity|\bppl\b", re.IGNORECASE)
_ASIDE = re.compile(r"\bval|valid|\btest|eval|\bdev\b|\bacc|\bmap\b|precision|recall|\bf1\b|metric|corr|\br2\b|grad|norm|scale", re.IGNORECASE)
_METRIC = re.compile(r"acc|\bmap\b|precision|recall|metric|grad|norm|scale", re.IGNORECASE)
_SPOKEN = re.compile(r"\b(?:non-?finite|nan|not finite|infinite) (?:loss|gradient)|loss (?:is|became|becomes|has become|turned|went) (?:to )?(?:nan|inf|not finite|non-?finite)|\bloss is (?:tensor\()?(?:nan|inf)", re.IGNORECASE)
_ODD = r"(?:\bnans?\b|\binf(?:s|inity|inite)?\b|\bnon-?finite|\bnot (?:a )?(?:finite|number))"
_CHECKED = re.compile(rf"\b(?:loss(?:es)?|cost(?! matrix)|grad(?:ient)?s?)\b[^\n:;,.]{{0,40}}?{_ODD}|\bloss ?[:=] ?(?:nan|inf)\b|{_ODD}[^\n:;,.]{{0,40}}?\b(?:loss(?:es)?|cost(?! matrix)|grad(?:ient)?s?)\b", re.IGNORECASE)
"""What a check of the user's says as it raises, in either order."""
_NONE = re.compile(r"(?:es|s)?\W{0,12}0\b(?!\.)")
"""The count of something that did not happen."""
_CARED = re.compile(r"skip|ignor|overflow|loss scale|retry|drop|replac", re.IGNORECASE)
"""Words of a program that takes care of such a step itself."""
_STEP = re.compile(r"(?<![\w])(?:global_)?(?:step|iter(?:ation)?|batch|it)s?\b[\s:=\[#]*(?P<number>\d{1,12})", re.IGNORECASE)
_EPOCH = re.compile(r"(?<![\w])ep(?:och)?\b[\s:=\[#]*(?P<number>\d{1,12})", re.IGNORECASE)
_UNITS = {"k": 1e-3, "m": 1.0, "g": 1e3, "t": 1e6}


class Point(NamedTuple):
    """A value of a series, and the line that reports it. Of memory in megabytes."""

    value: float
    said: Said


Series = Mapping[str, Sequence[Point]]


def series_in(said: Iterable[Said]) -> dict[str, list[Point]]:
    """All named numbers of the lines, in their order."""
    found: dict[str, list[Point]] = {}
    for line in said:
        for match in _NAMED.finditer(line.text[:600]):
            name = " ".join(match["name"].lower().split()).strip(" -.(").removesuffix(" is")
            if name and (name in found or len(found) < NAMES):
                unit = _UNITS.get((match["unit"] or "").strip().lower()[:1], 1.0)
                found.setdefault(name, []).append(Point(float(match["value"]) * unit, line))
    return found


class Broken(NamedTuple):
    """A loss that is no number from a line on: its name, the values before, the line, step and epoch."""

    name: str
    kind: str
    before: tuple[float, ...]
    said: Said
    step: int | None
    epoch: int | None
    met: str = "loss"

    @property
    def evidence(self) -> tuple[NonFinite, Course]:
        """As rules read it: a step that was not finite and could not be repeated, and the losses until then."""
        return NonFinite(met=self.met, kind=self.kind, born="unknown", name=self.name, why="a log holds no step to repeat"), Course(losses=self.before[-SHOWN:])


def broken_loss(series: Series, said: Sequence[Said]) -> Broken | None:
    """The loss that turned to NaN or infinity and stayed so; None where none did. A quantity that recovers is none."""
    candidates = []
    for name, points in series.items():
        bad = next((place for place, point in enumerate(points) if point.value - point.value != 0), None)
        if bad is None or any(point.value - point.value == 0 for point in points[bad:]):
            continue
        is_loss = is_loss_name(name)
        of_validation = bool(_LOSS.search(name)) and len(points) - bad > 1 and not _METRIC.search(name)
        if is_loss or of_validation or (bad > 1 and not _ASIDE.search(name)) or (bad >= 1 and "grad" in name):
            candidates.append((not is_loss, points[bad].said.line, name, points, bad))
    if candidates:
        _, _, name, points, bad = min(candidates, key=lambda each: each[:3])
        line = points[bad].said
        losses = points if is_loss_name(name) else next((each for key, each in series.items() if is_loss_name(key)), points)
        before = tuple(point.value for point in losses if point.said.line <= line.line and point.value - point.value == 0)
        return Broken(name, "nan" if points[bad].value != points[bad].value else "inf", before, line, _number(_STEP, line.text), _number(_EPOCH, line.text))
    told = next((line for line in said if (found := _SPOKEN.search(line.text)) and not _CARED.search(line.text) and not _NONE.match(line.text, found.end())), None)
    return Broken("", "nan", (), told, _number(_STEP, told.text), _number(_EPOCH, told.text)) if told and not goes_on(series, told.line) else None


def stopped_for(words: Iterable[Said], series: Series) -> Broken | None:
    """The same where the user's own check of it has raised: what its words name is not finite."""
    for said in words:
        if found := _CHECKED.search(said.text):
            before = next(([point for point in points if point.said.line < said.line] for name, points in series.items() if is_loss_name(name)), [])
            met = "gradient" if "grad" in found[0].lower() else "loss"
            return Broken("", "nan" if "nan" in found[0].lower() else "inf", tuple(point.value for point in before), said, _number(_STEP, said.text), _number(_EPOCH, said.text), met)
    return None


def goes_on(series: Series, after: int, until: float = math.inf) -> bool:
    """Whether training goes on after this line: a finite loss in several later ones."""
    lines = {point.said.line for name, points in series.items() if is_loss_name(name) for point in points if after < point.said.line < until and point.value - point.value == 0}
    return len(lines) >= GOES_ON


def is_loss_name(name: str) -> bool:
    """Whether a series is called like the training loss."""
    return bool(_LOSS.search(name)) and not _ASIDE.search(name)


def _number(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return int(found["number"]) if found else None
