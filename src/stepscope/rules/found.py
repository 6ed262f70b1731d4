"""The places of images that share a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from stepscope.evidence import Flaw, Images, State
from stepscope.finding import Place, Sample


def at(images: Images, rows: Iterable[int]) -> list[Place]:
    """One place for each of these rows, with the decoder's words."""
    return [Place(images.paths[row], about=images.says.get(row, ""), samples=(Sample(file=images.paths[row]),)) for row in map(int, rows)]


def at_flaws(flaws: Iterable[Flaw]) -> list[Place]:
    """One place for each flaw: the file and line of the annotation, the image and the box."""
    return [Place(flaw.file, flaw.line, about=flaw.says, column=flaw.column, image=flaw.image, box=flaw.box) for flaw in flaws]


def shown(path: str | None, room: int = 40) -> str:
    """The end of a path, in so many columns."""
    path = path or "."
    return path if len(path) <= room else "..." + path[3 - room :]


def legible(images: Images) -> Any:
    """Which rows could be decoded: of the others nothing else is worth saying."""
    state = images.facts["state"]
    return (state == State.WHOLE) | (state == State.NO_END) | (state == State.TRAILING)


def counted(places: Sequence[Place], images: Images) -> str:
    """3 of 1,200."""
    return f"{len(places):,} of {len(images):,}"
