"""`stepscope.check`: every problem of a data set, in one pass."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stepscope.diagnose import Report, diagnose
from stepscope.evidence import Expected, Flaw, Flaws, Images, Inventory, Observation
from stepscope.finding import Place

if TYPE_CHECKING:
    from stepscope.collect.files.reading import Reading
    from stepscope.collect.files.tree import Tree

Progress = Callable[[int, int], None]
"""Is told how many images of how many have been looked at."""


@dataclass(frozen=True)
class Looking:
    """How a data set is looked at: `quick` leaves the pixels out; `workers` is the number of processes (0: one per core); `cache` keeps what was seen of each file."""

    quick: bool = False
    workers: int = 0
    cache: bool = True


def check(
    path: str | Path, *, layout: str | None = None, expected: Expected | None = None, looking: Looking | None = None, progress: Progress | None = None
) -> Report:
    """Every problem of the data set at `path`: a folder, a COCO or YOLO file, a list, a shard.

    `layout` is one of `LAYOUTS` where it is not to be recognised. Nothing is written or executed. Raises NoDataset where there is nothing to read,
    OSError where the path cannot be opened.
    """
    from stepscope.collect.files.inspecting import inspect_all, twins_in
    from stepscope.collect.files.pictures.strict import notes
    from stepscope.collect.files.recognise import found_at, read_as

    found = found_at(Path(path))
    main, *others = (read_as(found.tree, name) for name in ([layout] if layout else found.layouts))
    looking = looking or Looking()
    images = inspect_all(main, found.tree, looking, progress or _silent)
    twins = twins_in(main, found.tree, images, looking)
    wanted = expected or Expected()
    first = Observation(
        images, twins, Flaws([*found.tree.flaws, *_left(found.tree), *main.flaws]), _boxes(main, images), _inventory(main), wanted
    )
    rest = [Observation(Flaws(each.flaws), _boxes(each, images), _inventory(each), wanted) for each in others]
    return _from_here(diagnose("check", [first, *rest], [*notes(), *found.tree.notes]), found.tree.root)


def _left(tree: Tree) -> list[Flaw]:
    """Files that a system left there, which loaders take for data."""
    return [Flaw("stray", path, says="was left there by the system") for path in tree.junk]


def _silent(done: int, of: int) -> None:
    """No progress is shown."""


def _from_here(report: Report, root: Path) -> Report:
    """The same report with places that can be opened from where the user stands; in evidence, paths start at the data set's root."""
    try:
        prefix = os.path.relpath(root) if root.is_absolute() and root.resolve().is_relative_to(Path.cwd()) else str(root)
    except OSError:
        prefix = str(root)

    def here(path: str | None) -> str | None:
        return None if path is None else os.fsencode(os.path.normpath(os.path.join(prefix, path))).decode("utf-8", "replace")

    def moved(place: Place) -> Place:
        samples = tuple(replace(sample, file=here(sample.file)) for sample in place.samples)
        return replace(place, file=here(place.file), image=here(place.image), samples=samples)

    findings = tuple(replace(each, place=moved(each.place), places=tuple(map(moved, each.places))) for each in report.findings)
    return replace(report, findings=findings)


def _boxes(reading: Reading, images: Images) -> Any:
    from stepscope.collect.files.reading import boxes_of

    return boxes_of(reading.boxes, reading.classes, images.paths, images.facts) if reading.boxes is not None else None


def _inventory(reading: Reading) -> Inventory:
    """What there is of everything."""
    samples = Counter(picture.split for picture in reading.pictures)
    per_class: dict[str, tuple[int, ...]] = {}
    if reading.classes and reading.boxes is None:
        for split in samples:
            counts = Counter(picture.label for picture in reading.pictures if picture.split == split)
            per_class[split] = tuple(counts[number] for number in range(len(reading.classes)))
    elif reading.boxes is not None and reading.classes:
        split_of = {picture.path: picture.split for picture in reading.pictures}
        met = Counter(zip((split_of.get(image, "") for image in reading.boxes.image), reading.boxes.label, strict=True))
        first = reading.boxes.first
        per_class = {split: tuple(met[split, number + first] for number in range(len(reading.classes))) for split in samples}
    boxes = len(reading.boxes.image) if reading.boxes is not None else 0
    return Inventory(reading.layout, str(reading.root), dict(samples), reading.classes, per_class, boxes, reading.declared)
