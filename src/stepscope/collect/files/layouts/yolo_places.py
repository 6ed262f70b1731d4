"""The folders and lists of images that a YOLO set names, wherever it was when they were named."""

from __future__ import annotations

import os
from pathlib import Path

from stepscope.collect.files.tree import Tree
from stepscope.evidence import Flaw


def place_of(tree: Tree, path: str, base: str, place: str) -> str | None:
    """The folder or file of the tree that `place` names in the file at `path`; None where none is there.

    It is looked for from `base`, from the file's folder and from the root, then by its last parts: the set may have come from another machine.
    """
    home, plain = path.rpartition("/")[0], place.replace("\\", "/")
    for each in (os.path.join(base, plain), plain, plain.lstrip("./"), plain.replace("../", "")):
        for found in (inside(tree, os.path.join(home, each)), inside(tree, each)):
            if found is not None and (found in tree.folders or found == "" or found in tree.files):
                return found
    foreign = os.path.isabs(plain) or plain[1:3] == ":/" or path.endswith(".data")
    return _by_last_parts(tree, home, plain) if foreign else None


def _by_last_parts(tree: Tree, home: str, place: str) -> str | None:
    parts = [part for part in place.split("/") if part not in ("", ".", "..")]
    for first in range(1, len(parts)):
        for each in (inside(tree, os.path.join(home, *parts[first:])), inside(tree, "/".join(parts[first:]))):
            if each in tree.folders or each in tree.files:
                return each
    return None


def listed_in(tree: Tree, path: str, split: str) -> tuple[list[tuple[str, int]], list[Flaw]]:
    """The images that a text file lists, one a line, with that line; those that are not there as flaws."""
    listed, flaws = [], []
    for number, line in enumerate(tree.read(path).decode("utf-8-sig", "replace").splitlines(), 1):
        name = line.strip()
        found = place_of(tree, path, "", name) or _by_last_parts(tree, path.rpartition("/")[0], name) if name else None
        if found in tree.files and found is not None:
            listed.append((found, number))
        elif name:
            flaws.append(Flaw("no-image", path, number, says=f"{name} is not there", image=name, split=split))
    return listed, flaws


def pairs_in(data: bytes) -> dict[str, str]:
    """The `key = value` lines of a Darknet file."""
    lines = (line.partition("=") for line in data.decode("utf-8", "replace").splitlines())
    return {key.strip(): value.strip() for key, sign, value in lines if sign}


def inside(tree: Tree, path: str) -> str | None:
    """A path from the tree's root; None where it leads out of it."""
    whole = os.path.normpath(os.path.join(tree.root, path))
    try:
        found = Path(whole).relative_to(os.path.normpath(tree.root)).as_posix()
    except ValueError:
        return None
    return "" if found == "." else found
