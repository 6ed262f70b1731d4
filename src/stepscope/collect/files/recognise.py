"""Which layouts a tree has: told by the files that only this layout needs."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from stepscope.collect.files.home import home_of
from stepscope.collect.files.outputs import without_outputs
from stepscope.collect.files.reading import Reading, is_image, split_of
from stepscope.collect.files.remote import Remote
from stepscope.collect.files.tree import Tree, walk
from stepscope.collect.files.unread import advice_on, kind_of, said_of, unread_in

LAYOUTS = {
    "folders": "classification folders: class/image, with or without train, val and test",
    "yolo": "YOLO txt beside images, with or without data.yaml; imageai's train/images and train/annotations too",
    "coco": "COCO JSON: boxes, segments, keypoints",
    "voc": "Pascal VOC XML, imageai's older layout too",
    "table": "a CSV or TSV list of images with labels or boxes",
    "shards": "WebDataset tar shards",
    "parquet": "Parquet or Arrow files with image bytes, as Hugging Face keeps them",
}
"""The layouts by the name that `--as` takes, with what they look like."""
PEEK = 65536
"""Bytes of a JSON file that are looked at to tell whose it is."""
STRAY = 0.02
"""Annotation files for so small a share of images lie there by chance, where the images are sorted by class."""
SAMPLE = 200
"""Files of one kind that are looked at to tell a layout."""


_ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".tgz", ".bz2", ".xz", ".zst")
_PACKED = "; unpack archives first"


class NoDataset(ValueError):
    """Nothing at this path can be read as a data set; the message says what was looked for."""


class Found(NamedTuple):
    """A tree, the layouts that it has (the main one first), and the files of annotations that the path itself named."""

    tree: Tree
    layouts: tuple[str, ...]


def found_at(place: str | Path) -> Found:
    """The tree at a path or URL, and its layouts. Of a single file the tree is the folder that holds it, as far as it belongs to it.

    Raises NoDataset, or OSError where the path cannot be opened.
    """
    if "://" in str(place):
        tree = walk(Remote(str(place)))
        return Found(tree, layouts_of(tree))
    path = Path(place)
    if path.is_dir():
        tree = without_outputs(walk(path))
        return Found(tree, layouts_of(tree))
    status = path.stat()
    ending = path.name.lower()
    layout = next((name for name, endings in _SINGLE.items() if ending.endswith(endings)), None)
    if layout is None:
        foreign = kind_of(Tree(path.parent), path.name)
        what = f"{foreign}, which is not read{advice_on(foreign)}" if foreign else f"neither a folder nor a list of samples ({', '.join(e for endings in _SINGLE.values() for e in endings)})"
        raise NoDataset(f"{path.name} is {what}{_PACKED * ending.endswith(_ARCHIVES)}")
    root, own = home_of(path)
    tree = without_outputs(walk(root)) if layout in ("coco", "yolo", "table") else Tree(root)
    others = [name for name in tree.files if name != own and name.lower().endswith(_SINGLE[layout])]
    if layout in ("coco", "table"):
        tree.aside = _SIGNS[layout](replace(tree, files={name: facts for name, facts in tree.files.items() if name != own}))
    for name in others:
        del tree.files[name]
    tree.files[own] = (status.st_size, status.st_mtime_ns)
    foreign = kind_of(tree, own)
    if foreign and not _SIGNS[layout](tree):
        raise NoDataset(f"{path.name} is {foreign}, which is not read{advice_on(foreign)}")
    return Found(tree, (layout,))


_SINGLE = {"coco": (".json",), "yolo": (".yaml", ".yml"), "table": (".csv", ".tsv"), "shards": (".tar",), "parquet": (".parquet", ".arrow")}


def layouts_of(tree: Tree) -> tuple[str, ...]:
    """The layouts of a tree, the main one first; "folders" where nothing tells of another and there are images."""
    found = [name for name, has in _SIGNS.items() if has(tree)]
    if found and not _are_stray(tree, found):
        return tuple(found)
    if any(map(is_image, tree.files)):
        return ("folders",)
    met = Counter(f".{path.rpartition('.')[2].lower()}" for path in tree.files if "." in path.rpartition("/")[2])
    others = ": " * bool(met) + ", ".join(f"{count:,} {ending}" for ending, count in met.most_common(4))
    packed = _PACKED * bool(tree.named(*_ARCHIVES))
    raise NoDataset("; ".join([f"no image, shard or annotation file was found below {tree.root} ({len(tree.files):,} files were{others}){packed}", *said_of(list(unread_in(tree)))]))


def _are_stray(tree: Tree, found: list[str]) -> bool:
    """Whether annotations were found for hardly any image, and the images lie in folders of classes: one XML file makes no detection set of them."""
    from stepscope.collect.files.layouts import folders

    if not {"voc", "yolo"}.issuperset(found) or tree.named(".yaml", ".yml"):
        return False
    images = sum(map(is_image, tree.files))
    return len(tree.named(".xml", ".txt")) < STRAY * images and len(folders.read(tree).classes) > 1


def _has_yolo(tree: Tree) -> bool:
    images = {os.path.splitext(path)[0].rpartition("/")[2] for path in tree.files if is_image(path)}
    texts = [path for path in tree.named(".txt") if path.rpartition("/")[2].lower() not in ("classes.txt", "readme.txt", "labels.txt", "requirements.txt")]
    beside = [path for path in texts if os.path.splitext(path)[0].rpartition("/")[2] in images or "/labels/" in f"/{path}" or "/annotations/" in f"/{path}"]
    if any(_looks_like_yolo(tree.read(path, 4096)) for path in beside[:SAMPLE]):
        return True
    return any(b"names" in tree.read(path, PEEK) and b"train" in tree.read(path, PEEK) for path in tree.named(".yaml", ".yml")[:SAMPLE])


def _looks_like_yolo(data: bytes) -> bool:
    parts = data.split(b"\n", 1)[0].split()
    try:
        return len(parts) >= 5 and len([float(part) for part in parts]) >= 5
    except ValueError:
        return False


def _has_coco(tree: Tree) -> bool:
    from stepscope.collect.files.layouts.coco_json import is_coco

    paths = tree.named(".json")
    return any(is_coco(tree.read(path, PEEK), path) for path in paths[:SAMPLE])


def _has_voc(tree: Tree) -> bool:
    return any(re.search(rb"<annotation[\s>]", tree.read(path, 4096)) for path in tree.named(".xml")[:SAMPLE])


def _has_table(tree: Tree) -> bool:
    from stepscope.collect.files.layouts.table import lists_in

    return any(True for _ in lists_in(tree))


def _has_shards(tree: Tree) -> bool:
    return bool(tree.named(".tar"))


def _has_parquet(tree: Tree) -> bool:
    return bool(tree.named(".parquet", ".arrow"))


_SIGNS = {"coco": _has_coco, "voc": _has_voc, "yolo": _has_yolo, "shards": _has_shards, "parquet": _has_parquet, "table": _has_table}


def read_as(tree: Tree, layout: str) -> Reading:
    """The tree as this layout's reader reads it."""
    reading: Reading = import_module(f"stepscope.collect.files.layouts.{layout}").read(tree)
    return reading


def read_as_told(tree: Tree, layout: str) -> Reading:
    """The same of a layout that was not recognised but told. Raises NoDataset where nothing of it is there, and the images alone would look sound."""
    reading = read_as(tree, layout)
    if layout in ("yolo", "voc", "coco") and not (reading.boxes or reading.flaws or reading.classes or reading.sizes or _SIGNS[layout](tree)):
        if layout != "yolo" or not any(size == 0 for path, (size, _) in tree.files.items() if path.lower().endswith(".txt")):
            raise NoDataset(f"there is no annotation of the layout {layout} ({LAYOUTS[layout]}); it looks like {' and '.join(layouts_of(tree))}")
    return reading


def splits_in(reading: Reading) -> tuple[str, ...]:
    """The names of the splits, in the order of training."""
    names = {picture.split for picture in reading.pictures if picture.split}
    return tuple(sorted(names, key=lambda name: (("train", "val", "test").index(name) if name in ("train", "val", "test") else 3, name)))


__all__ = ["LAYOUTS", "Found", "NoDataset", "found_at", "layouts_of", "read_as", "read_as_told", "split_of", "splits_in"]
