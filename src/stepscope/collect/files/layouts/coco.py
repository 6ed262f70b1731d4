"""COCO JSON: images, categories and annotations by id; boxes, polygons, run-length codes and key points."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, compress, repeat
from typing import Any

from stepscope.collect.files.layouts.coco_ids import Categories, Ids, clashes
from stepscope.collect.files.layouts.coco_json import Annotation, Document, Image, document, is_coco
from stepscope.collect.files.layouts.coco_lines import item
from stepscope.collect.files.layouts.coco_segments import Segments
from stepscope.collect.files.layouts.image_names import Finder
from stepscope.collect.files.layouts.listings import Listings
from stepscope.collect.files.reading import BoxTable, Picture, Reading, split_of
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Flaw

PEEK = 65536
LARGEST = 10**9
"""Pixels of a side that no image has."""
WITHOUT = 0.1
"""The share of annotations without a box or segment from which on they are meant so."""
CROWDS = (0, 1, None)
"""What `iscrowd` may be."""


def read(tree: Tree) -> Reading:
    """Every COCO file of the tree, as one set; each file is a split."""
    reading = Reading("coco", tree.root, boxes=BoxTable("xywh"))
    finder = Finder(tree)
    categories = Categories()
    listed = Listings()
    with _no_collection():
        paths = sorted(tree.named(".json"), key=lambda path: (not split_told(path), "keypoint" in path, path))
        for path in paths:
            if is_coco(tree.read(path, PEEK), path, len(paths) == 1):
                _one(tree, path, finder, reading, categories, listed)
    reading.pictures = [Picture(image, split) for image, split in listed.splits.items()]
    unlisted = [path for path in finder.images if path not in listed.splits and not tree.aside]
    reading.pictures += [Picture(path, split_of(path)) for path in unlisted]
    if listed.splits:
        reading.flaws += [Flaw("unlisted", path, says="no annotation file lists this image", image=path) for path in unlisted]
    assert reading.boxes is not None
    reading.classes = categories.number(reading.boxes)
    reading.declared = bool(reading.classes)
    return reading


@contextmanager
def _no_collection() -> Iterator[None]:
    """Building a million objects is two to three times as fast without looking for circles among them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _one(tree: Tree, path: str, finder: Finder, reading: Reading, categories: Categories, listed: Listings) -> None:
    """One file: what it lists, what it annotates, what does not fit."""
    found = document(tree, path, reading.flaws)
    if found is None:
        return
    split = split_told(path)
    if not found.has_annotations and found.images and all(finder.find(image.file_name, split) is None for image in found.images):
        return  # the list of a test set that was not fetched
    images = _images(found, finder, path, split, reading, listed.splits)
    reading.flaws += listed.leaks(((images[image.id], item("images", number)) for number, image in enumerate(found.images)), split, path)
    categories.take(found.categories)
    reading.flaws += listed.renamed(((each.id, each.name, item("categories", number)) for number, each in enumerate(found.categories)), path)
    if found.has_annotations and not found.categories:
        reading.flaws.append(Flaw("field", path, says="has annotations and no 'categories'"))
    reading.flaws += clashes(found, path)
    reading.flaws += _annotations(found, path, images, reading)
    reading.flaws += [replace(flaw, image=images.get(found.about.get(flaw.line or 0, ""))) for flaw in found.flaws]


def split_told(path: str) -> str:
    """The split that a file's folders tell, else its own name."""
    return split_of(path) or split_of(f"{_split_word(path)}/x")


def _split_word(path: str) -> str:
    """`instances_train2017.json` → `train2017`; `val.json` → `val`."""
    stem = path.rpartition("/")[2].rpartition(".")[0].lower()
    return next((word for word in stem.replace("-", "_").split("_") if split_of(f"{word}/x")), stem)


def _images(found: Document, finder: Finder, path: str, split: str, reading: Reading, listed: dict[str, str]) -> dict[Any, str]:
    """The path of each image by its id; those that are not there by the name that the file gives."""
    images: dict[Any, str] = {}
    places, folder, before = reading.flaws, path.rpartition("/")[0], set(listed)
    met: set[str] = set()
    shapes: dict[tuple[float, float], tuple[float, float]] = {}
    for number, image in enumerate(found.images):
        name = image.file_name
        places += _bounded(image, path, item("images", number))
        if finder.leads_out(name, folder):
            places.append(Flaw("unsafe", path, item("images", number), says=f"{name!r} leads out of the data folder", image=name))
            images.setdefault(image.id, name)
            continue
        there = finder.find(name, split, folder)
        if there is None:
            places.append(Flaw("no-image", path, item("images", number), says=f"{name!r} is not in the data folder" if name.startswith("/") else f"{name!r} is not there{finder.near.to(name)}", image=name))
        else:
            _list(image, there, (path, item("images", number), split), reading, listed)
            places += [Flaw("listed-twice", path, item("images", number), says=f"{name!r} is listed twice", image=there)] * (there in met)
            met.add(there)
        images.setdefault(image.id, there or name)
        if there in before:
            found.again.add(image.id)
        if image.width and image.height and reading.boxes is not None:
            size = (float(image.width), float(image.height))
            reading.boxes.declared.setdefault(there or name, shapes.setdefault(size, size))
    return images


def _list(image: Image, there: str, told: tuple[str, int, str], reading: Reading, listed: dict[str, str]) -> None:
    """Note an image that is there, with the size that the file declares."""
    path, line, split = told
    listed.setdefault(there, split)
    if image.width and image.height:
        reading.sizes.setdefault(there, (float(image.width), float(image.height), path, line))


def _bounded(image: Image, path: str, line: int) -> Iterator[Flaw]:
    """A size that no image has is taken out."""
    if any(side is not None and not abs(side) < LARGEST for side in (image.width, image.height)):
        image.width = image.height = None
        yield Flaw("value", path, line, says="declares a width or height that no image has", image=image.file_name)


def _annotations(found: Document, path: str, images: dict[Any, str], reading: Reading) -> Iterator[Flaw]:
    """The boxes into the table; what points nowhere or holds odd values, as flaws."""
    table, known = reading.boxes, {category.id for category in found.categories}
    assert table is not None
    numbers = {image: table.images.number(name) for image, name in images.items() if image not in found.again}
    ids, segments = Ids(), Segments(found, path, images)
    lacking: list[int] = []
    for start, part in found.parts():
        ids.extend([None if each is None else each.id for each in part])
        if not _are_known(part, images, known):
            yield from chain.from_iterable(_unknown(each, place, path, images, known) for place, each in enumerate(part, start) if each is not None)
        lacking += [start + place for place, each in enumerate(part) if each is not None and not each.bbox]
        _take(part, start, path, numbers, table)
        yield from segments.flaws(start, part)
    told = {flaw.line for flaw in found.flaws}
    lacking = [number for number in lacking if item("annotations", number) not in told]
    if len(lacking) < WITHOUT * len(ids):  # else it is a set of classes or outlines, or of these and some boxes
        yield from (Flaw("field", path, item("annotations", number), says=f"annotations[{number}] has no bbox") for number in lacking)
    for number, name in ids.twice():
        yield Flaw("id-clash", path, item("annotations", number), says=f"the id {name} of annotations is used twice")


def _take(part: Sequence[Annotation | None], start: int, path: str, numbers: dict[Any, int], table: BoxTable) -> None:
    """The boxes of a part, all at once."""
    fits = [each is not None and each.bbox is not None and each.image_id in numbers for each in part]
    kept: list[Any] = list(compress(part, fits))
    table.image.extend([numbers[each.image_id] for each in kept])
    table.written.extend(chain.from_iterable([each.bbox for each in kept]))
    table.label.extend([each.category_id for each in kept])
    table.file.extend(repeat(table.files.number(path), len(kept)))
    first, step = item("annotations", start), item("annotations", 1) - item("annotations", 0)
    table.line.extend(compress(range(first, first + step * len(part), step), fits))


def _are_known(part: Sequence[Annotation | None], images: dict[Any, str], known: set[int]) -> bool:
    """Whether none of a part points nowhere, or says what COCO does not know."""
    found = [each for each in part if each is not None]
    return {each.image_id for each in found} <= images.keys() and {each.category_id for each in found} <= known and {each.iscrowd for each in found} <= set(CROWDS)


def _unknown(each: Annotation, number: int, path: str, images: dict[Any, str], known: set[int]) -> Iterator[Flaw]:
    """What of an annotation points nowhere, or says what COCO does not know."""
    image, line = images.get(each.image_id), item("annotations", number)
    if image is None:
        yield Flaw("id-unknown", path, line, says=f"image_id {each.image_id} is no image's")
    if known and each.category_id not in known:
        yield Flaw("id-unknown", path, line, says=f"category_id {each.category_id} is no category's", image=image)
    if each.iscrowd not in CROWDS:
        yield Flaw("value", path, line, says=f"iscrowd is {each.iscrowd!r}; 0 and 1 are known", image=image)
