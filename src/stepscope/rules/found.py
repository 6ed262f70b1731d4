"""The places of images that share a mistake."""

from __future__ import annotations

from collections.abc import Iterable

from stepscope.evidence import Flaw, Images
from stepscope.finding import Place, Sample


def at(images: Images, rows: Iterable[int]) -> list[Place]:
    """One place for each of these rows, with the decoder's words."""
    return [Place(images.paths[row], about=images.says.get(row, ""), samples=(Sample(file=images.paths[row]),)) for row in map(int, rows)]


def at_flaws(flaws: Iterable[Flaw]) -> list[Place]:
    """One place for each flaw: the file and line of the annotation, the image and the box."""
    return [Place(flaw.file, flaw.line, about=flaw.says, column=flaw.column, image=flaw.image, box=flaw.box) for flaw in flaws]


def shown(path: str, room: int = 40) -> str:
    """The end of a path, in so many columns."""
    return path if len(path) <= room else "..." + path[3 - room :]
