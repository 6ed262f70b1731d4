"""Files written so that a crash at any moment leaves the old one or the new one, whole."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from stepscope.collect.files.repair.plan import Change


def settled(folder: Path) -> None:
    """What was done in a folder (names made, moved, removed) is on the disk."""
    with suppress(OSError):  # Windows opens no folder; its renames are journalled by the file system
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_out(path: Path, content: bytes) -> None:
    """A new file, on the disk when this returns. Its name is not settled."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace_with(path: Path, content: bytes) -> None:
    """A file's content replaced at once."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    write_out(fresh, content)
    fresh.replace(path)
    settled(path.parent)


def content_of(change: Change, old: bytes) -> bytes:
    """The new bytes of a change that has some. Raises what a decoder raises."""
    assert change.content is not None
    return change.content if isinstance(change.content, bytes) else change.content(old)


def linked(source: Path, target: Path) -> None:
    """A second name for a file, or a copy with its times where the file system has no second names."""
    try:
        os.link(source, target, follow_symlinks=False)
    except (OSError, NotImplementedError):
        fresh = target.with_name(f"{target.name}.new")
        shutil.copy2(source, fresh, follow_symlinks=False)
        fresh.replace(target)
