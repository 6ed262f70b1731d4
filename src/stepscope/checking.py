"""`stepscope.check`: every problem of a data set, in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stepscope.diagnose import Report, diagnose
from stepscope.evidence import Boxes, Expected, Flaw, Flaws, Images, Inventory, Masks, Observation, Twins
from stepscope.report.here import from_here
from stepscope.report.pictured import pictured

if TYPE_CHECKING:
    from stepscope.collect.files.reading import BoxTable, Reading
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
    """Every problem of the data set at `path`: a folder, a COCO or YOLO file, a list, a shard, a URL that fsspec knows, or `module:object`.

    `layout` is one of `LAYOUTS` where it is not to be recognised. Nothing is written, and nothing executed but the code that `module:object` names. Raises
    ValueError where there is nothing to read, OSError where the path cannot be opened.
    """
    from stepscope.collect.objects.named import is_object

    if layout is None and is_object(str(path)):
        from stepscope.drawing import check_object

        return check_object(str(path), expected or Expected(), (looking or Looking()).quick, (looking or Looking()).workers, progress or _silent)
    from stepscope.collect.files.layouts.coco_lines import lines_of
    from stepscope.collect.files.overview import overview_of
    from stepscope.collect.files.pictures.strict import notes

    looking, wanted = looking or Looking(), expected or Expected()
    seen = seen_at(path, layout, looking, progress)
    main, *others = seen.readings
    boxes, *their_boxes = seen.boxes
    inventory = _inventory(main)
    flaws = Flaws([*seen.tree.flaws, *_left(seen.tree), *_flaws(main, seen.images)])
    first = Observation(seen.images, seen.twins, flaws, boxes, inventory, wanted, seen.masks)
    rest = [Observation(Flaws(_flaws(each, seen.images)), its, _inventory(each), wanted) for each, its in zip(others, their_boxes, strict=True)]
    left = f"near copies: {seen.twins.left:,} pairs of images were not compared, since too many others were none" if seen.twins.left else ""
    report = diagnose("check", [first, *rest], [*notes(), *seen.tree.notes, *filter(None, [left])])
    report = replace(report, overview=overview_of(seen.images, seen.twins, boxes, inventory))
    if looking.page and not looking.quick:
        report = _with_pictures(report, main, seen.images)
    return from_here(report, seen.tree.root, partial(lines_of, seen.tree))


@dataclass(frozen=True)
class Seen:
    """What was read of a data set: by each of its layouts, the main one first, its boxes beside it."""

    tree: Tree
    readings: tuple[Reading, ...]
    images: Images
    twins: Twins
    boxes: tuple[Boxes | None, ...]
    masks: Masks | None = None


def seen_at(path: str | Path, layout: str | None = None, looking: Looking | None = None, progress: Progress | None = None) -> Seen:
    """Read the data set at `path`, as `check` does; one on disk. Raises NoDataset, OSError."""
    from stepscope.collect.files.inspecting import inspect_all, twins_in
    from stepscope.collect.files.masks import apart, mask_flaws, numbers_in, with_masks
    from stepscope.collect.files.recognise import found_at, read_as, read_as_told
    from stepscope.collect.files.unread import is_told, said_of, unread_in

    found = found_at(path)
    looking = looking or Looking()
    readings = (read_as_told(found.tree, layout),) if layout else tuple(read_as(found.tree, name) for name in found.layouts)
    unread = list(unread_in(found.tree, tuple(reading.layout for reading in readings)))
    found.tree.notes += said_of(unread)
    for reading in readings:
        reading.flaws = [flaw for flaw in reading.flaws if not is_told(flaw, unread)]
    images, masks = apart(inspect_all(with_masks(readings[0], found.tree), found.tree, looking, progress or _silent), readings[0])
    readings[0].flaws.extend(mask_flaws(masks, images))
    twins = twins_in(readings[0], found.tree, images, looking)
    return Seen(found.tree, readings, images, twins, tuple(_boxes(each, images) for each in readings), numbers_in(masks, images))


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


def _silent(done: int, of: int) -> None:
    del done, of


def _boxes(reading: Reading, images: Images) -> Any:
    from stepscope.collect.files.reading import boxes_of

    return boxes_of(reading, images.paths, images.facts)


def _flaws(reading: Reading, images: Images) -> list[Flaw]:
    from stepscope.collect.files.reading import size_flaws

    return [*reading.flaws, *size_flaws(reading, images.paths, images.facts)]


def _boxes_per_class(reading: Reading, table: BoxTable, splits: list[str]) -> dict[str, tuple[int, ...]]:
    """The boxes of each class, by split."""
    import numpy as np

    places = {split: place for place, split in enumerate(splits)}
    split_of = {picture.path: places[picture.split] for picture in reading.pictures}
    of_image = np.array([split_of.get(image, places.get("", -1)) for image in table.images], dtype=np.int64)
    image, label = (np.frombuffer(column, dtype=column.typecode) for column in (table.image, table.label))
    count, number = len(reading.classes), label - table.first
    known = (number >= 0) & (number < count) & (of_image[image] >= 0)
    met = np.bincount(of_image[image[known]] * count + number[known], minlength=len(splits) * count)
    return {split: tuple(met[place * count : place * count + count].tolist()) for split, place in places.items()}


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
        per_class = _boxes_per_class(reading, table, list(samples))
    boxes = len(reading.boxes) if reading.boxes is not None else 0
    return Inventory(reading.layout, dict(samples), reading.classes, per_class, boxes, reading.declared)
