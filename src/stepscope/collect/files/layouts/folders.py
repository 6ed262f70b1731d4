"""Classification folders: `class/image`, with or without train, val and test above."""

from __future__ import annotations

import re
from collections import Counter

from stepscope.collect.files.layouts.samples import IMAGES, MASKS, samples_of
from stepscope.collect.files.reading import Picture, Reading, is_image, split_of
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Flaw


def read(tree: Tree) -> Reading:
    """Every image's class is the folder that it lies in. Images beside the class folders have none."""
    found = samples_of(tree)
    homes = _Homes({path.rpartition("/")[0] for path in found})
    of = {path: homes.of(path.rpartition("/")[0]) for path in found}
    inside = [path for path in found if of[path][0]]
    if (2 * len(inside) > len(found) and len({of[path][0] for path in inside}) > 1) or _is_pool(tree, set(found).difference(inside), inside):
        found = inside  # what lies beside the splits is no part of the set: figures of a README, screenshots, the folder that their links lead to
    named = {name for path in found if (name := of[path][1])}
    has_classes = _are_classes([of[path] for path in found])
    classes = tuple(sorted(named | _bare(tree, homes))) if has_classes else ()
    numbers = {name: number for number, name in enumerate(classes)}
    reading = Reading("folders" if has_classes else "images", tree.root, classes=classes)
    reading.pictures = [Picture(path, of[path][0], numbers.get(of[path][1], -1)) for path in found]
    if has_classes:
        labelled = {of[path][0] for path in found if of[path][1]}
        reading.flaws += [Flaw("unlabelled", path, says="lies in no class folder", image=path) for path in found if not of[path][1] and of[path][0] in labelled]
    reading.flaws += [Flaw("stray", path, says="is no image") for path in tree.files if not is_image(path) and "/" in path]
    return reading


def _is_pool(tree: Tree, beside: set[str], inside: list[str]) -> bool:
    """Whether most of what lies beside the splits is there as a file of theirs too, of the same size and time: a link to it, or what it was moved from."""
    known = {tree.files[path] for path in inside}
    return bool(beside) and 2 * sum(tree.files[path] in known for path in beside) > len(beside)


def _are_classes(homes: list[tuple[str, str]]) -> bool:
    """Whether the folders of images, each given by its split and name, are classes, and not just places.

    One folder alone is none, nor one that holds the lesser part of the images, nor are `images` and `masks`. Where splits have no folder in common, as
    those of cities, videos or patients, they are none either.
    """
    names = {name for _, name in homes if name}
    telling = {name for name in names if re.sub(r"[_-]?\d+$", "", name.lower()) not in IMAGES | MASKS}
    if not any(split for split, _ in homes):
        return len(names) > 1 and bool(telling)
    alone = len(telling) == 1 and 2 * sum(name in telling for _, name in homes) < len(homes)
    return bool(telling) and not alone and not _are_apart(homes)


def _are_apart(homes: list[tuple[str, str]]) -> bool:
    """Whether several splits have folders, each its own, however they are spelled."""
    met: dict[str, set[str]] = {}
    for split, name in homes:
        if split and name:
            met.setdefault(split, set()).add("".join(filter(str.isalnum, name.casefold())) or name)
    return len(met) > 1 and sum(map(len, met.values())) == len(set().union(*met.values()))


class _Homes:
    """Which of the folders above an image are its split and its class. `test` among other classes is one of them."""

    def __init__(self, folders: set[str]) -> None:
        self._beside: dict[str, set[str]] = {}
        for folder in folders:
            while folder:
                above, _, name = folder.rpartition("/")
                if name in self._beside.setdefault(above, set()):
                    break
                self._beside[above].add(name)
                folder = above
        self._known: dict[str, tuple[str, str]] = {}

    def of(self, folder: str) -> tuple[str, str]:
        """Split and class of the images in a folder."""
        if folder not in self._known:
            self._known[folder] = self._of(folder)
        return self._known[folder]

    def _of(self, folder: str) -> tuple[str, str]:
        parts = folder.split("/") if folder else []
        above = ["/".join(parts[:depth]) for depth in range(len(parts))]
        splits = [self._split(above[depth], parts[depth]) for depth in range(len(parts))]
        split = next(filter(None, splits), "")
        inner = len(parts) - 1
        if inner < 0 or not splits[inner]:
            return split, parts[inner] if inner >= 0 else ""
        shared = inner > 0 and len(self._beside.get(above[inner - 1], ())) > 1 and not any(splits[:inner])
        return split, parts[inner - 1] if shared and parts[inner - 1].lower() not in IMAGES | MASKS else ""

    def _split(self, above: str, name: str) -> str:
        """The split that a folder is, "" where it is a class that is named like one: beside it stand folders that are no splits, and none for training."""
        own = split_of(f"{name}/x")
        others = [split_of(f"{other}/x") for other in self._beside.get(above, ()) if other != name]
        return own if not others or all(others) or "train" in (own, *others) else ""


def _bare(tree: Tree, homes: _Homes) -> set[str]:
    """Class folders without an image, beside others of the same parent that have some."""
    holding = Counter(path.rpartition("/")[0] for path in tree.files if is_image(path))
    parents = {folder.rpartition("/")[0] for folder in holding if homes.of(folder)[1] == folder.rpartition("/")[2]}
    full = {part for folder in holding for part in _above(folder)}
    return {
        folder.rpartition("/")[2] for folder in tree.folders
        if folder.rpartition("/")[0] in parents and folder not in full and not split_of(folder.rpartition("/")[2] + "/x") and not _has_files(tree, folder)
    }  # fmt: skip


def _has_files(tree: Tree, folder: str) -> bool:
    """Whether other files lie in it: it is a folder of something else."""
    return any(path.startswith(folder + "/") for path in tree.files)


def _above(folder: str) -> list[str]:
    """A folder and those above it."""
    parts = folder.split("/")
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
