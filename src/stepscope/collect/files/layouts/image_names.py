"""The image that an annotation names: found by its path, else by its name."""

from __future__ import annotations

import os
import re

from stepscope.collect.files.reading import is_image, split_of
from stepscope.collect.files.tree import Tree


class Finder:
    """The images of a tree. A name is looked for as a path, below folders of images, and by itself where it is the only one of that name (in its split)."""

    def __init__(self, tree: Tree) -> None:
        self._files = tree.files
        self.images = [path for path in tree.files if is_image(path)]
        self._by_name: dict[str, list[str]] = {}
        self._by_stem: dict[str, list[str]] = {}
        for path in self.images:
            name = path.rpartition("/")[2]
            self._by_name.setdefault(name, []).append(path)
            self._by_stem.setdefault(name.rpartition(".")[0], []).append(path)

    def find(self, name: str, split: str = "") -> str | None:
        """The path of the image with this name, or None."""
        name = name.replace("\\", "/").removeprefix("./")
        if name in self._files:
            return name
        alike = self._by_name.get(name.rpartition("/")[2], [])
        ends = [path for path in alike if path.endswith("/" + name)]
        for group in (ends, alike if "/" not in name or os.path.isabs(name) or not ends else []):
            if len(group) == 1:
                return group[0]
            own = [path for path in group if split and split_of(path) == split]
            if len(own) == 1:
                return own[0]
        return None

    def of_stem(self, stem: str, split: str) -> str | None:
        """The first image with this name before its ending, of this split or of none."""
        return next((path for path in self._by_stem.get(stem, ()) if split_of(path) in ("", split)), None)

    @staticmethod
    def leads_out(name: str) -> bool:
        """Whether a name climbs out of the folder that it is relative to."""
        path = os.path.normpath(name.replace("\\", "/"))
        return path.startswith("..") and ".." in re.split(r"[/\\]", name)
