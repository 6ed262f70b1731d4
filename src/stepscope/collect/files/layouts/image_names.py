"""The image that an annotation names: found by its path, else by its name."""

from __future__ import annotations

import os
import re
from functools import cached_property

from stepscope.collect.files.layouts.near_names import Near
from stepscope.collect.files.layouts.samples import samples_of
from stepscope.collect.files.reading import split_of
from stepscope.collect.files.tree import Tree


class Finder:
    """The images of a tree. A name is looked for as a path, below folders of images, and by itself where it is the only one of that name (in its split)."""

    def __init__(self, tree: Tree) -> None:
        self._files = tree.files
        self.images = samples_of(tree)
        self._by_name: dict[str, list[str]] = {}
        self._by_stem: dict[str, list[str]] = {}
        for path in self.images:
            name = path.rpartition("/")[2]
            self._by_name.setdefault(name, []).append(path)
            self._by_stem.setdefault(name.rpartition(".")[0], []).append(path)

    def find(self, name: str, split: str = "", folder: str = "") -> str | None:
        """The path of the image with this name, or None. `folder` is that of the annotation, `split` its split."""
        name = name.replace("\\", "/").removeprefix("./")
        for path in (f"{folder}/{name}" if folder else name, name):
            path = os.path.normpath(path).replace(os.sep, "/") if ".." in path or "//" in path or "/./" in path else path
            if path in self._files:
                return path
        alike = self._by_name.get(name.rpartition("/")[2], [])
        tail = name.lstrip("./") if name.startswith("../") else name
        ends = [path for path in alike if path.endswith("/" + tail)]
        for group in (ends, alike if "/" not in name or os.path.isabs(name) or not ends else []):
            found = _one_of(group, split)
            if found is not None:
                return found
        return None

    def of_stem(self, stem: str, split: str) -> str | None:
        """The first image with this name before its ending, of this split or of none."""
        return next((path for path in self._by_stem.get(stem, ()) if split_of(path) in ("", split)), None)

    def called(self, stem: str, split: str = "") -> str | None:
        """The one image with this name before its ending: of this split, where there are several."""
        return _one_of(self._by_stem.get(stem, []), split)

    @cached_property
    def near(self) -> Near:
        """The images that a name may mean where there is none of it."""
        return Near(self.images)

    def has_stem(self, stem: str) -> bool:
        """Whether any image has this name before its ending."""
        return stem in self._by_stem

    @staticmethod
    def leads_out(name: str, folder: str = "") -> bool:
        """Whether a name climbs out of the data folder from the folder of the annotation that has it."""
        if ".." not in re.split(r"[/\\]", name):
            return False
        return os.path.normpath(os.path.join(folder, name.replace("\\", "/"))).startswith("..")


def _one_of(paths: list[str], split: str) -> str | None:
    """The only one of these paths; where there are several, the only one of a split."""
    if len(paths) == 1:
        return paths[0]
    own = [path for path in paths if split and split_of(path) == split]
    return own[0] if len(own) == 1 else None
