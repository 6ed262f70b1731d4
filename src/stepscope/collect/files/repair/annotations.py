"""What the rewriting of every annotation format goes by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stepscope.collect.files.reading import Reading
from stepscope.collect.files.repair.corners import Corners, Mended, mended
from stepscope.collect.files.repair.plan import Change, Plan, RepairFailed, Wanted
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Images


@dataclass(frozen=True)
class Rewriting:
    """The reading whose files are rewritten. `sizes` are of images whose pixels lie as they are shown; `mends` tells whether boxes are put right."""

    reading: Reading
    tree: Tree
    sizes: dict[str, tuple[int, int]]
    wanted: Wanted
    plan: Plan
    mends: bool

    def box(self, corners: Corners, image: str, scale: tuple[float, float] | None = None) -> Mended:
        """A box of an image put right; `scale` in place of the image's size where it is written in shares."""
        return mended(corners, *(scale or self.sizes.get(image, (0, 0)))) if self.mends else Mended(corners)

    def label(self, old: int) -> int:
        """The class's new number."""
        new = self.wanted.renumber.get(old, old)
        self.plan.done["renumbered"] += new != old
        return new

    def refuse_joining(self, used: set[int]) -> None:
        """Raises RepairFailed where a class would get the number of another that keeps its own: nobody could tell them apart again."""
        joined = sorted(set(self.wanted.renumber.values()) & used - self.wanted.renumber.keys())
        if joined:
            raise RepairFailed(f"the class {joined[0]} is in use and keeps its number: another one cannot get it too")

    def change(self, path: str, before: bytes, after: bytes) -> None:
        """The file gets these bytes, where they are others."""
        if after != before:
            self.plan.changes[path] = Change(path, path, after)

    def files(self) -> Iterator[tuple[str, str]]:
        """The files that hold boxes, each with the image that it is for."""
        table = self.reading.boxes
        if table is not None:
            names, paths = list(table.images), list(table.files)
            yield from dict(zip((paths[at] for at in table.file), (names[at] for at in table.image), strict=True)).items()


def sizes_of(images: Images) -> dict[str, tuple[int, int]]:
    """The size of each image; those that a viewer turns are left out, as their boxes may be meant either way."""
    columns = (images.facts[name].tolist() for name in ("width", "height", "orientation"))
    return {path: (width, height) for path, width, height, turn in zip(images.paths, *columns, strict=True) if turn < 2}


def without_repeats(keys: list[object | None]) -> list[bool]:
    """Which of the boxes of one image are the first of their kind; None is none that could be."""
    met: set[object] = set()
    firsts = []
    for key in keys:
        firsts.append(key is None or key not in met)
        met.add(key)
    return firsts
