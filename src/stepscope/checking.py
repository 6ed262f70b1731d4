"""`stepscope.check`: every problem of a data set, in one pass."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stepscope.diagnose import Report, diagnose
from stepscope.evidence import Boxes, Expected, Flaw, Flaws, Images, Inventory, Observation, Twins
from stepscope.finding import Finding, Place
from stepscope.report.pictured import pictured

if TYPE_CHECKING:
    from stepscope.collect.files.reading import Reading
    from stepscope.collect.files.tree import Tree

Progress = Callable[[int, int], None]
"""Is told how many images of how many have been looked at."""


@dataclass(frozen=True)
class Looking:
    """How a data set is looked at: `quick` leaves the pixels out; `workers` is the number of processes (0: one per core); `cache` keeps what was seen of each file.

    `engine` is "local" or "ray". The result is the same whatever these are, but for what `quick` leaves out. `page` reads some images again, for the small pictures
    and the colours of an HTML page.
    """

    quick: bool = False
    workers: int = 0
    cache: bool = True
    engine: str = "local"
    page: bool = False


def check(
    path: str | Path, *, layout: str | None = None, expected: Expected | None = None, looking: Looking | None = None, progress: Progress | None = None
) -> Report:
    """Every problem of the data set at `path`: a folder, a COCO or YOLO file, a list, a shard, or a URL that fsspec knows.

    `layout` is one of `LAYOUTS` where it is not to be recognised. Nothing is written or executed. Raises NoDataset where there is nothing to read,
    OSError where the path cannot be opened.
    """
    from stepscope.collect.files.overview import overview_of
    from stepscope.collect.files.pictures.strict import notes

    looking, wanted = looking or Looking(), expected or Expected()
    seen = seen_at(path, layout, looking, progress)
    main, *others = seen.readings
    boxes, *their_boxes = seen.boxes
    inventory = _inventory(main)
    flaws = Flaws([*seen.tree.flaws, *_left(seen.tree), *_flaws(main, seen.images)])
    first = Observation(seen.images, seen.twins, flaws, boxes, inventory, wanted)
    rest = [Observation(Flaws(_flaws(each, seen.images)), its, _inventory(each), wanted) for each, its in zip(others, their_boxes, strict=True)]
    report = diagnose("check", [first, *rest], [*notes(), *seen.tree.notes])
    report = replace(report, overview=overview_of(seen.images, seen.twins, boxes, inventory))
    if looking.page and not looking.quick:
        report = _with_pictures(report, main, seen.images)
    return _from_here(_with_lines(report, seen.tree), seen.tree.root)


@dataclass(frozen=True)
class Seen:
    """What was read of a data set: by each of its layouts, the main one first, its boxes beside it."""

    tree: Tree
    readings: tuple[Reading, ...]
    images: Images
    twins: Twins
    boxes: tuple[Boxes | None, ...]


def seen_at(path: str | Path, layout: str | None = None, looking: Looking | None = None, progress: Progress | None = None) -> Seen:
    """Read the data set at `path`, as `check` does. Raises NoDataset, OSError."""
    from stepscope.collect.files.inspecting import inspect_all, twins_in
    from stepscope.collect.files.masks import apart, mask_flaws, with_masks
    from stepscope.collect.files.recognise import found_at, read_as

    found = found_at(path)
    looking = looking or Looking()
    readings = tuple(read_as(found.tree, name) for name in ([layout] if layout else found.layouts))
    images, masks = apart(inspect_all(with_masks(readings[0], found.tree), found.tree, looking, progress or _silent), readings[0])
    readings[0].flaws.extend(mask_flaws(masks, images))
    twins = twins_in(readings[0], found.tree, images, looking)
    return Seen(found.tree, readings, images, twins, tuple(_boxes(each, images) for each in readings))


def _with_pictures(report: Report, reading: Reading, images: Images) -> Report:
    """The same report with the colours of the images, and with small pictures of those that the page shows."""
    from stepscope.collect.files.colours import colours_of
    from stepscope.collect.files.thumbnails import thumbnails_of

    assert report.overview is not None
    small = thumbnails_of(pictured(report.findings), reading, images)
    return replace(report, overview=replace(report.overview, colours=colours_of(reading, images), thumbnails=small))


def _left(tree: Tree) -> list[Flaw]:
    """Files that a system left there, which loaders take for data."""
    return [Flaw("stray", path, says="was left there by the system") for path in tree.junk]


def _with_lines(report: Report, tree: Tree) -> Report:
    """The same report with the lines of JSON items looked up, which is done for those alone that are told of."""
    from stepscope.collect.files.layouts.coco_lines import lines_of

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


def _joined(prefix: str, path: str | None) -> str | None:
    """A path below the root as it can be opened, and printed."""
    if path is None or "://" in prefix:
        return path and f"{prefix}/{path}"
    whole = os.path.normpath(os.path.join(prefix, path))
    try:
        return os.fsencode(whole).decode("utf-8", "replace")
    except UnicodeEncodeError:  # half of a pair, out of a JSON escape
        return whole.encode("utf-8", "replace").decode()


def _from_here(report: Report, root: Any) -> Report:
    """The same report with places that can be opened from where the user stands; in evidence, paths start at the data set's root."""
    try:
        prefix = os.path.relpath(root) if root.is_absolute() and root.resolve().is_relative_to(Path.cwd()) else str(root)
    except OSError:
        prefix = str(root)

    def here(path: str | None) -> str | None:
        return _joined(prefix, path)

    def moved(place: Place) -> Place:
        samples = tuple(replace(sample, file=here(sample.file)) for sample in place.samples)
        return replace(place, file=here(place.file), image=here(place.image), about=_printable(place.about), samples=samples)

    def told(finding: Finding) -> Finding:
        seen = {name: _printable(value) for name, value in finding.seen.items()}
        return replace(finding, headline=_printable(finding.headline), seen=seen, place=moved(finding.place), places=tuple(map(moved, finding.places)))

    findings = tuple(map(told, report.findings))
    overview = report.overview
    if overview is not None:
        overview = replace(overview, thumbnails={str(here(path)): small for path, small in overview.thumbnails.items()})
    return replace(report, findings=findings, overview=overview)


def _printable(text: str) -> str:
    """Words that quote a name which is not UTF-8, as they can be printed and written anywhere."""
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)


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
