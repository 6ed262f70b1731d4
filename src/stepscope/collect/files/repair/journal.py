"""The record of a repair in place, from which all of it can be taken back: the plan, and every file as it was."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stepscope.collect.files.repair.plan import Plan, RepairFailed
from stepscope.collect.files.repair.writing import replace_with

HOME = ".stepscope"
"""The folder in the data set's root. Readers pass over hidden names."""


@dataclass(frozen=True)
class Step:
    """One file of a repair: its path before, and after (None: removed)."""

    path: str
    to: str | None


@dataclass(frozen=True)
class Journal:
    """One repair's folder. It holds `plan.json`, the files as they were (`kept-0`, ...), digests of what was written (`written`), and `done` when it was whole."""

    root: Path
    folder: Path

    def kept(self, number: int) -> Path:
        """The file of a step as it was."""
        return self.folder / f"kept-{number}"

    @property
    def is_done(self) -> bool:
        """Whether the repair came to its end."""
        return (self.folder / "done").exists()

    def steps(self) -> list[Step]:
        """The steps in their order; none where the repair ended before the first."""
        return [Step(path, to) for path, to in self._plan()["steps"]]

    def times(self) -> dict[str, int]:
        """When each folder was changed before the repair, in nanoseconds."""
        return dict(self._plan()["folders"])

    def _plan(self) -> dict[str, Any]:
        try:
            plan: dict[str, Any] = json.loads((self.folder / "plan.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {"steps": [], "folders": {}}
        return plan

    def digests(self) -> dict[int, str]:
        """Digests of what was written, by step; a line that a crash cut off is left out."""
        try:
            lines = (self.folder / "written").read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            return {}
        pairs = [line.split() for line in lines]
        return {int(pair[0]): pair[1] for pair in pairs if len(pair) == 2 and len(pair[1]) == 32}


def journals(root: Path) -> list[Journal]:
    """Those of a data set, the oldest first."""
    home = root / HOME
    found = sorted(home.glob("journal-*")) if home.is_dir() else []
    return [Journal(root, folder) for folder in found if folder.is_dir()]


def begun(root: Path, plan: Plan) -> Journal:
    """A new journal with the plan written down, before anything is changed."""
    before = journals(root)
    number = int(before[-1].folder.name.rpartition("-")[2]) + 1 if before else 1
    folder = root / HOME / f"journal-{number:04}"
    touched = {os.path.dirname(path) for change in plan.changes.values() for path in (change.path, change.to) if path is not None} | {""}
    times = {path: (root / path).stat().st_mtime_ns for path in sorted(touched)}
    folder.mkdir(parents=True)
    steps = [[change.path, change.to] for change in plan.changes.values()]
    replace_with(folder / "plan.json", json.dumps({"version": 1, "steps": steps, "folders": times}).encode())
    return Journal(root, folder)


def digest(path: Path) -> str:
    """What tells two contents apart."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32] if hasattr(hashlib, "file_digest") else _digest(file.read())


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data).hexdigest()[:32]


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """While no other repair of the same data set is under way. Raises RepairFailed."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    handle = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as problem:
        raise RepairFailed(f"another repair of {root} is under way") from problem
    finally:
        os.close(handle)
