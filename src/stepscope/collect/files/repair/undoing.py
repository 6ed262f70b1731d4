"""A repair in place taken back: names, bytes and times as they were."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from stepscope.collect.files.repair.journal import HOME, Journal, alone, digest, journals
from stepscope.collect.files.repair.plan import RepairFailed
from stepscope.collect.files.repair.writing import settled


def undo(root: Path) -> list[str]:
    """Take back the latest repair; what was done, in words. Raises RepairFailed where there is none."""
    with alone(root):
        known = journals(root)
        if not known:
            raise RepairFailed(f"no repair of {root} is written down")
        return taken_back(known[-1])


def taken_back(journal: Journal) -> list[str]:
    """Every step taken back, the last one first. Each can be done again after a crash: what is moved is moved, what is gone is gone."""
    steps, written, told, count = journal.steps(), journal.digests(), [], 0
    for number in reversed(range(len(steps))):
        kept, step = journal.kept(number), steps[number]
        if not os.path.lexists(kept):
            continue
        count += 1
        path, target = journal.root / step.path, journal.root / step.to if step.to is not None else None
        now = target if target is not None else path
        if _was_edited(now, kept, written.get(number)):
            told.append(_set_aside(journal, now, step.to or step.path))
        if target is not None and target != path:
            target.unlink(missing_ok=True)
        _put_back(kept, path)
    _close(journal)
    return [f"taken back: {count:,} file{'s' * (count != 1)} as before", *reversed(told)]


def _was_edited(path: Path, kept: Path, written: str | None) -> bool:
    """Whether somebody changed a file after the repair, so that to put the old one back would lose that."""
    if not path.is_file() or path.is_symlink():
        return False
    return not os.path.samefile(path, kept) and digest(path) not in (written, digest(kept))


def _set_aside(journal: Journal, path: Path, name: str) -> str:
    aside = journal.root / HOME / "edited" / journal.folder.name / name
    aside.parent.mkdir(parents=True, exist_ok=True)
    path.replace(aside)
    return f"{name} was changed after the repair: that version is now {aside}"


def _put_back(kept: Path, path: Path) -> None:
    kept.replace(path)
    settled(path.parent)


def _close(journal: Journal) -> None:
    """The folders' times as they were, and the journal away; the root's time comes last, as the journal lies in it."""
    times = journal.times()
    own = times.pop("", None)
    for folder, changed in times.items():
        _set_time(journal.root / folder, changed)
    shutil.rmtree(journal.folder)
    with suppress(OSError):
        journal.folder.parent.rmdir()
    settled(journal.root)
    if own is not None:
        _set_time(journal.root, own)


def _set_time(folder: Path, changed: int) -> None:
    with suppress(OSError):
        os.utime(folder, ns=(folder.stat().st_atime_ns, changed))
