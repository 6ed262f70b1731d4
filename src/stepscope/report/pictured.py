"""Which images a page shows small pictures of."""

from __future__ import annotations

from collections.abc import Sequence

from stepscope.finding import Finding, Place

PER_FINDING = 12
PER_PAGE = 300


def shown_of(finding: Finding) -> list[tuple[str, tuple[tuple[float, float, float, float], ...]]]:
    """The first images that a finding points at, each once, with the boxes that it points at in them."""
    boxes: dict[str, list[tuple[float, float, float, float]]] = {}
    for place in (finding.place, *finding.places):
        path = image_of(place)
        if path and (path in boxes or len(boxes) < PER_FINDING):
            boxes.setdefault(path, []).extend([place.box] if place.box else [])
    return [(path, tuple(found)) for path, found in boxes.items()]


def pictured(findings: Sequence[Finding]) -> list[str]:
    """The images of all findings, each once, as many as a page holds; each finding's first before any finding's last."""
    lists = [[path for path, _ in shown_of(finding)] for finding in findings]
    turns = [paths[turn] for turn in range(PER_FINDING) for paths in lists if turn < len(paths)]
    return list(dict.fromkeys(turns))[:PER_PAGE]


def image_of(place: Place) -> str | None:
    """The image that a place is about: the one that an annotation names, else the file itself."""
    return place.image or place.file
