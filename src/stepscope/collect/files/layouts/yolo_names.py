"""The names of classes as YOLO sets without a `data.yaml` keep them: `classes.txt`, Darknet's `obj.names`."""

from __future__ import annotations

from collections.abc import Iterator

from stepscope.collect.files.layouts.listings import family
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Flaw

LARGEST = 4_000_000
"""Bytes of a list of names that are read."""


def names_in(tree: Tree) -> tuple[tuple[str, ...], list[Flaw]]:
    """The names that the first list has; what others of its kind, for other splits, have in their place, as flaws."""
    paths = tree.named("classes.txt", ".names", "predefined_classes.txt")
    if not paths:
        return (), []
    first = _names(tree, paths[0])
    flaws = [flaw for path in paths[1:] if family(path) == family(paths[0]) for flaw in _others(tree, path, first, paths[0])]
    return first, flaws


def counted(tree: Tree, path: str, count: str, names: tuple[str, ...]) -> Iterator[Flaw]:
    """`classes` of Darknet's `obj.data`, beside the names."""
    if count.isdecimal() and names and int(count) != len(names):
        lines = tree.read(path, 10_000).decode("utf-8", "replace").splitlines()
        line = next((number for number, text in enumerate(lines, 1) if text.split("=")[0].strip() == "classes"), None)
        yield Flaw("class-count", path, line, says=f"classes is {count}, but {len(names)} names are given")


def _names(tree: Tree, path: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in tree.read(path, LARGEST).decode("utf-8-sig", "replace").splitlines() if line.strip())


def _others(tree: Tree, path: str, first: tuple[str, ...], where: str) -> Iterator[Flaw]:
    """The first name that is not the one of its number in the other list."""
    for number, (name, other) in enumerate(zip(_names(tree, path), first, strict=False)):
        if name != other:
            yield Flaw("class-name", path, number + 1, says=f"class {number} is {name[:40]!r}, and {other[:40]!r} in {where}")
            return
