"""A data set put right: into a copy, or in place with a way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from stepscope.checking import Looking, Progress, seen_at

if TYPE_CHECKING:
    from stepscope.collect.files.repair.plan import Wanted


@dataclass(frozen=True)
class Repaired:
    """Where the repaired data set is, and what was done, in lines of words."""

    path: Path
    told: tuple[str, ...]


def repair(path: Path, wanted: Wanted, into: Path | None, layout: str | None = None, looking: Looking | None = None, progress: Progress | None = None) -> Repaired:
    """Repair the data set at `path` into a new folder, or in place where `into` is None.

    Before a repair in place, what a crash of an earlier one left is taken back. Raises NoDataset, RepairFailed, OSError.
    """
    from stepscope.collect.files.home import home_of
    from stepscope.collect.files.repair.copying import copy_repaired
    from stepscope.collect.files.repair.in_place import recovered, repair_in_place
    from stepscope.collect.files.repair.plan import RepairFailed
    from stepscope.collect.files.repair.planning import plan_of
    from stepscope.collect.files.tree import shown

    if into is not None and is_unfinished(path):
        raise RepairFailed("a repair in place has not come to its end: take it back with --undo first, as a copy changes nothing here")
    before = recovered(root_of(path)) if into is None else []
    seen = seen_at(path, layout, replace(looking or Looking(), page=False), progress)
    plan = plan_of(list(zip(seen.readings, seen.boxes, strict=True)), seen.tree, seen.images, seen.twins, wanted)
    if into is None:
        repair_in_place(root_of(path), plan)
    else:
        copy_repaired(root_of(path), seen.tree, plan, into)
        plan.notes += [note for note in seen.tree.notes if note.startswith("left out: ")]
    root = into or root_of(path)
    return Repaired(root if path.is_dir() else root / home_of(path)[1], tuple(map(shown, (*before, *plan.told()))))


def undo(path: Path) -> tuple[str, ...]:
    """Take back the latest repair in place, or one that did not come to its end. Raises RepairFailed, OSError."""
    from stepscope.collect.files.repair.undoing import undo
    from stepscope.collect.files.tree import shown

    return tuple(map(shown, undo(root_of(path))))


def root_of(path: Path) -> Path:
    """The folder that a data set lies in."""
    from stepscope.collect.files.home import home_of

    return path if path.is_dir() else home_of(path)[0]


def is_unfinished(path: Path) -> bool:
    """Whether a repair in place was begun and has not come to its end."""
    from stepscope.collect.files.repair.journal import journals

    return any(not journal.is_done for journal in journals(root_of(path)))
