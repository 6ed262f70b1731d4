"""Classification folders: `class/image`, with or without train, val and test above."""

from __future__ import annotations

from collections import Counter

from stepscope.collect.files.reading import Picture, Reading, is_image, split_of
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Flaw


def read(tree: Tree) -> Reading:
    """Every image's class is the folder that it lies in. Images beside the class folders have none."""
    found = [path for path in tree.files if is_image(path)]
    homes = {path: _home(path) for path in found}
    has_classes = any(name for _, name in homes.values())
    classes = tuple(sorted({name for _, name in homes.values() if name} | _bare(tree)))
    numbers = {name: number for number, name in enumerate(classes)}
    reading = Reading("folders" if has_classes else "images", tree.root, classes=classes if has_classes else ())
    reading.pictures = [Picture(path, split, numbers.get(name, -1) if has_classes else -1) for path, (split, name) in homes.items()]
    if has_classes:
        reading.flaws += [Flaw("unlabelled", path, says="lies in no class folder", image=path) for path, (_, name) in homes.items() if not name]
    reading.flaws += [Flaw("stray", path, says="is no image") for path in tree.files if not is_image(path) and "/" in path]
    return reading


def _home(path: str) -> tuple[str, str]:
    """Split and class: the folder that the image lies in, unless that is the split's own."""
    folders = path.split("/")[:-1]
    split = split_of(path)
    inner = folders[-1] if folders else ""
    is_split = bool(inner) and split_of(inner + "/x") != ""
    return split, "" if is_split else inner


def _bare(tree: Tree) -> set[str]:
    """Class folders without an image, beside others of the same parent that have some."""
    holding = Counter(path.rpartition("/")[0] for path in tree.files if is_image(path))
    parents = {folder.rpartition("/")[0] for folder in holding}
    return {
        folder.rpartition("/")[2]
        for folder in tree.folders
        if folder.rpartition("/")[0] in parents and folder not in holding and not split_of(folder + "/x") and not any(other.startswith(folder + "/") for other in holding)
    }
