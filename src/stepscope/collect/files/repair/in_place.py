"""A repair in place: every file is kept in the journal before its name gets other bytes."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from stepscope.collect.files.repair.copying import failed
from stepscope.collect.files.repair.journal import Journal, alone, begun, digest, journals
from stepscope.collect.files.repair.plan import Change, Plan
from stepscope.collect.files.repair.undoing import taken_back
from stepscope.collect.files.repair.writing import content_of, linked, replace_with, settled, write_out


def recovered(root: Path) -> list[str]:
    """What a crash left half done is taken back; what was done, in words. Raises RepairFailed while another process is at it."""
    if not any(not journal.is_done for journal in journals(root)):
        return []
    with alone(root):
        return ["a repair that had not come to its end was taken back", *(line for journal in reversed(journals(root)) if not journal.is_done for line in taken_back(journal))]


def repair_in_place(root: Path, plan: Plan) -> None:
    """Make the changes. Raises RepairFailed, OSError; then what was done is taken back, as `recovered` does after a crash."""
    _leave_what_lies_elsewhere(root, plan)
    if not plan.changes:
        return
    with alone(root):
        journal = begun(root, plan)
        try:
            with (journal.folder / "written").open("ab") as written:
                for number, change in enumerate(plan.changes.values()):
                    _step(journal, number, change, plan, written)
            replace_with(journal.folder / "done", b"")
        except BaseException:  # a full disk, Ctrl-C
            taken_back(journal)
            raise


def _leave_what_lies_elsewhere(root: Path, plan: Plan) -> None:
    """Links may lead to folders that are not the data set's own."""
    home = os.path.realpath(root)
    for path in list(plan.changes):
        if os.path.commonpath([home, os.path.realpath(os.path.dirname(root / path))]) != home:
            plan.notes.append(f"{path} was left: its folder is a link out of the data set")
            del plan.changes[path]


def _step(journal: Journal, number: int, change: Change, plan: Plan, written: BinaryIO) -> None:
    """One file: kept, then replaced, then its old name removed."""
    source = journal.root / change.path
    target = journal.root / change.to if change.to is not None else None
    linked(source, journal.kept(number))
    settled(journal.folder)
    fresh = journal.folder / f"new-{number}"
    if target is not None:
        _make(fresh, source, change, plan)
        written.write(f"{number} {digest(fresh)}\n".encode("ascii"))
        written.flush()
        os.fsync(written.fileno())
        fresh.replace(target)
    if target != source:
        with suppress(FileNotFoundError):
            source.unlink()
    settled(source.parent)


def _make(fresh: Path, source: Path, change: Change, plan: Plan) -> None:
    """The new file, in the journal's folder and on the disk. One that is only renamed is copied too: what is kept must not be what somebody may write into."""
    old = content = source.read_bytes()
    if change.content is not None:
        try:
            content = content_of(change, old)
        except OSError:
            raise
        except Exception as problem:
            failed(change, problem, plan)
    write_out(fresh, content)
    if content is old:
        shutil.copystat(source, fresh)
    else:
        shutil.copymode(source, fresh)
