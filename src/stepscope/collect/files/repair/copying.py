"""A repaired copy of a data set; of the original nothing is written."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from stepscope.collect.files.reading import is_image
from stepscope.collect.files.repair.plan import Change, Plan, RepairFailed
from stepscope.collect.files.repair.writing import content_of, linked, settled, write_out
from stepscope.collect.files.tree import Tree

LARGEST = 10_000_000
"""Bytes of a list that is looked through for whole paths."""


def copy_repaired(home: Path, tree: Tree, plan: Plan, into: Path) -> None:
    """Write the copy of the tree at `home` beside `into`, and give it that name when it is whole. What a crash left is removed first. Raises RepairFailed, OSError."""
    into = into.absolute()
    root = home.resolve()
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise RepairFailed(f"{into} is there already; name a new folder")
    if into.resolve().is_relative_to(root) or root.is_relative_to(into.resolve()):
        raise RepairFailed(f"{into} and the data set lie within each other; name a folder elsewhere")
    partial = into.with_name(f".{into.name}.stepscope-unfinished")
    if partial.exists():
        shutil.rmtree(partial)
    partial.mkdir(parents=True)
    for folder in sorted(tree.folders):
        (partial / folder).mkdir(parents=True, exist_ok=True)
    for path in tree.files:
        _one(home / path, partial, plan.changes.get(path, Change(path, path)), plan)
    plan.notes += [f"{path} names {root}: in the copy too, where it still means the original" for path in _naming(tree, os.fsencode(root))]
    if into.exists():
        into.rmdir()
    partial.rename(into)
    settled(into.parent)


def _naming(tree: Tree, root: bytes) -> list[str]:
    """The settings and lists that name the data set's folder by its whole path."""
    small = [path for path in tree.named(".yaml", ".yml", ".txt", ".csv", ".tsv") if tree.files[path][0] < LARGEST and path.count("/") <= 1]
    return [path for path in small if root in tree.read(path)]


def _one(source: Path, root: Path, change: Change, plan: Plan) -> None:
    if change.to is None:
        return
    target = root / change.to
    target.parent.mkdir(parents=True, exist_ok=True)
    if change.content is not None:
        try:
            write_out(target, content_of(change, source.read_bytes()))
            shutil.copymode(source, target)
            return
        except OSError:
            raise
        except Exception as problem:
            target = root / failed(change, problem, plan)
    _same(source, target)


def failed(change: Change, problem: Exception, plan: Plan) -> str:
    """An image that could not be encoded keeps its bytes; gives the name that it gets all the same, as annotations have it already."""
    plan.notes.append(f"{change.path} keeps its bytes: {type(problem).__name__}: {problem}")
    assert change.to is not None
    return change.to


def _same(source: Path, target: Path) -> None:
    """The file as it is: an image by a second name, as nobody writes into one; a text as a copy, for editors do."""
    real = Path(os.path.realpath(source))
    if is_image(source.name):
        linked(real, target)
    else:
        shutil.copy2(real, target)
