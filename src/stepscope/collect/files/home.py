"""The folder that a data set lies in, where one of its lists is named."""

from __future__ import annotations

import os
from pathlib import Path

from stepscope.collect.files.reading import is_image
from stepscope.collect.files.tree import walk

ANNOTATIONS = ("annotations", "annotation", "labels")
"""Names of folders that hold lists, and stand beside those of the images."""
LISTS = (".json", ".csv", ".tsv")


def home_of(path: Path) -> tuple[Path, str]:
    """The folder that a list's data set lies in, and the list's path from there: the folder that holds it, or the one above a folder that holds annotations alone."""
    folder = Path(os.path.abspath(path.parent))
    if folder.name.lower() not in ANNOTATIONS or not path.name.lower().endswith(LISTS) or any(map(is_image, walk(folder).files)):
        return path.parent, path.name
    return path.parent.parent if path.parent.name == folder.name else folder.parent, f"{folder.name}/{path.name}"
