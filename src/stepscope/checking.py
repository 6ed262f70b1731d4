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
    from stepscope.collect.files.inspecting import inspect_all
    from stepscope.collect.files.recognise import found_at, read_as
    from stepscope.collect.files.twins import twins_of

    found = found_at(Path(path))
    main, *others = (read_as(found.tree, name) for name in ([layout] if layout else found.layouts))
    images = inspect_all(main, found.tree, looking or Looking(), progress or _silent)
    wanted = expected or Expected()
    first = Observation(
        images, twins_of(images), Flaws([*found.tree.flaws, *_flaws(main, images)]), _boxes(main, images), _inventory(main), wanted
    )
    rest = [Observation(Flaws(_flaws(each, images)), _boxes(each, images), _inventory(each), wanted) for each in others]
    report = diagnose("check", [first, *rest])
    return _from_here(_with_lines(report, found.tree), found.tree.root)


def _with_lines(report: Report, tree: Tree) -> Report:
    """The same report with the lines of JSON items looked up, which is done for those alone that are told of."""
    from stepscope.collect.files.layouts.coco_json import lines_of

    items: dict[str, set[int]] = {}
    for place in (place for each in report.findings for place in (each.place, *each.places)):
        if place.file and place.line is not None and place.line < 0:
            items.setdefault(place.file, set()).add(place.line)
    lines = {(path, each): at for path, found in items.items() for each, at in lines_of(tree, path, found).items()}

    def found(place: Place) -> Place:
        if place.line is None or place.line >= 0:
            return place
        line, column = lines.get((place.file or "", place.line), (None, None))
        return replace(place, line=line, column=column)

    return replace(report, findings=tuple(replace(each, place=found(each.place), places=tuple(map(found, each.places))) for each in report.findings))


def _from_here(report: Report, root: Path) -> Report:
    """The same report with places that can be opened from where the user stands; in evidence, paths start at the data set's root."""
    try:
        prefix = os.path.relpath(root) if root.is_absolute() and root.resolve().is_relative_to(Path.cwd()) else str(root)
    except OSError:
        prefix = str(root)

    def here(path: str | None) -> str | None:
        if path is None:
            return None
        whole = os.path.normpath(os.path.join(prefix, path))
        try:
            return os.fsencode(whole).decode("utf-8", "replace")
        except UnicodeEncodeError:  # half of a pair, out of a JSON escape
            return whole.encode("utf-8", "replace").decode()

    def moved(place: Place) -> Place:
        samples = tuple(replace(sample, file=here(sample.file)) for sample in place.samples)
        return replace(place, file=here(place.file), image=here(place.image), samples=samples)

    findings = tuple(replace(each, place=moved(each.place), places=tuple(map(moved, each.places))) for each in report.findings)
    return replace(report, findings=findings)


def _silent(done: int, of: int) -> None:
    del done, of


def _boxes(reading: Reading, images: Images) -> Any:
    from stepscope.collect.files.reading import boxes_of

    return boxes_of(reading, images.paths, images.facts)


def _flaws(reading: Reading, images: Images) -> list[Flaw]:
    from stepscope.collect.files.reading import size_flaws

    return [*reading.flaws, *size_flaws(reading, images.paths, images.facts)]


def _inventory(reading: Reading) -> Inventory:
    """What there is of everything."""
    samples = Counter(picture.split for picture in reading.pictures)
    per_class: dict[str, tuple[int, ...]] = {}
    if reading.classes and reading.boxes is None:
        for split in samples:
            counts = Counter(picture.label for picture in reading.pictures if picture.split == split)
            per_class[split] = tuple(counts[number] for number in range(len(reading.classes)))
    elif reading.boxes is not None and reading.classes:
        table = reading.boxes
        split_of = {picture.path: picture.split for picture in reading.pictures}
        splits = [split_of.get(image, "") for image in table.images]
        met = Counter(zip((splits[image] for image in table.image), table.label, strict=True))
        per_class = {split: tuple(met[split, number + table.first] for number in range(len(reading.classes))) for split in samples}
    boxes = len(reading.boxes) if reading.boxes is not None else 0
    return Inventory(reading.layout, str(reading.root), dict(samples), reading.classes, per_class, boxes, reading.declared)
