"""The files below a folder: walked without recursion, each folder once, whatever links there are."""

from __future__ import annotations

import mmap
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from stepscope.collect.files.remote import Remote
from stepscope.evidence import Flaw

PIECE = 3000
"""Characters of a path that are handed to the system at once: it takes no path of more than 4,096, but any chain of shorter ones."""
JUNK = frozenset(("thumbs.db", "desktop.ini", "__macosx", "@eadir", "$recycle.bin", "system volume information"))
"""What systems leave in folders, in small letters."""


@dataclass
class Tree:
    """The files below `root` by their path from there, with forward slashes, sorted: (size in bytes, time of change in nanoseconds). Hidden files are left out.

    `junk` are files that a system left there and that look like data (`._cat.jpg`). `notes` are what a reader of
    the report must know of how it was read. `aside` tells that one list of several was asked for: images that it does not name may be another's.
    """

    root: Path | Remote
    files: dict[str, tuple[int, int]] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    junk: list[str] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    aside: bool = False

    def named(self, *endings: str) -> list[str]:
        """The files with one of these endings, in small letters."""
        return [path for path in self.files if path.lower().endswith(endings)]

    def mapped(self, path: str) -> bytes | mmap.mmap:
        """The bytes of a large file, which the system brings into memory as they are looked at. Raises OSError."""
        with opened(self.root, path) as file:
            if isinstance(self.root, Remote) or not self.files[path][0]:
                return file.read()
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def read(self, path: str, limit: int = -1) -> bytes:
        """The bytes of a file, at most `limit`. Raises OSError."""
        with opened(self.root, path) as file:
            return file.read(limit)


def walk(root: Path | Remote) -> Tree:
    """Everything below a folder. What cannot be read becomes a flaw; raises OSError only where the folder itself cannot be opened."""
    return _walk_remote(root) if isinstance(root, Remote) else _walk_local(root)


def _walk_remote(root: Remote) -> Tree:
    tree = Tree(root)
    for path, size, changed in root.files():
        if not any(part.startswith(".") for part in path.split("/")):
            tree.files[path] = (size, changed)
            tree.folders.update(path[:at] for at, letter in enumerate(path) if letter == "/")
    tree.files = dict(sorted(tree.files.items()))
    return tree


def _walk_local(root: Path) -> Tree:
    tree = Tree(root)
    seen = {_identity(os.stat(root))}
    waiting = [("", frozenset(seen))]
    while waiting:
        folder, above = waiting.pop()
        try:
            entries = list(_entries(root, folder))
        except OSError as problem:
            if not folder:
                raise
            tree.flaws.append(Flaw("unreadable", folder, says=problem.strerror or str(problem)))
            continue
        for name, entry in entries:
            path = f"{folder}/{name}" if folder else name
            below = _take(tree, path, name, entry, seen, above)
            if below is not None:
                waiting.append((path, above | {below} if len(above) < 64 else above))
    tree.files = dict(sorted(tree.files.items()))
    return tree


def _take(tree: Tree, path: str, name: str, entry: tuple[os.stat_result, bool] | OSError, seen: set[object], above: frozenset[object]) -> object:
    """Note one entry; gives the identity of a folder that is to be walked."""
    if isinstance(entry, OSError):
        tree.flaws.append(Flaw("broken-link" if entry.filename == "link" else "unreadable", path, says=entry.strerror or str(entry)))
        return None
    status, is_link = entry
    hidden = name.startswith(".") or name.lower() in JUNK
    if stat.S_ISDIR(status.st_mode):
        return None if hidden else _enter(tree, path, _identity(status), is_link, seen, above)
    if not stat.S_ISREG(status.st_mode):
        tree.flaws.append(Flaw("special", path, says=f"is {_kind(status.st_mode)}: to open it may wait for ever"))
    elif hidden:
        tree.junk += [path] if name.startswith("._") or name.lower() in JUNK else []
    else:
        if _odd(name):
            tree.flaws.append(Flaw("name-not-utf8", path, says="its name is not UTF-8"))
        tree.files[path] = (status.st_size, status.st_mtime_ns)
    return None


def _enter(tree: Tree, path: str, identity: object, is_link: bool, seen: set[object], above: frozenset[object]) -> object:
    """A folder is walked once, however many links lead to it."""
    if identity not in seen:
        seen.add(identity)
        tree.folders.add(path)
        return identity
    if is_link:
        kind, what = ("loop", "leads back to a folder that it lies in") if identity in above else ("linked-twice", "leads to a folder that is read already")
        tree.flaws.append(Flaw(kind, path, says=what))
    return None


def _entries(root: Path, folder: str) -> Iterator[tuple[str, tuple[os.stat_result, bool] | OSError]]:
    """The names in a folder, each with what it is; of a link, with what it leads to."""
    with _folder(root, folder) as handle, os.scandir(handle) as found:
        for entry in found:
            try:
                is_link = entry.is_symlink()
                yield entry.name, (entry.stat(), is_link)
            except OSError as problem:
                with suppress(OSError):
                    problem.filename = "link" if entry.is_symlink() else ""
                yield entry.name, problem


@contextmanager
def _folder(root: Path, folder: str) -> Iterator[str | int]:
    """What `os.scandir` takes for a folder however deep it lies: its path, or a descriptor."""
    path = os.path.join(root, folder)
    if len(path) < PIECE or os.scandir not in os.supports_fd:
        yield path
        return
    descriptor = _descend(root, folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _descend(root: Path, folder: str) -> int:
    """A descriptor of a folder, reached in steps of paths that the system takes."""
    here = os.open(root, os.O_RDONLY)
    while folder:
        cut = len(folder) if len(folder) <= PIECE else folder.rindex("/", 0, PIECE) if "/" in folder[:PIECE] else len(folder)
        piece, folder = folder[:cut], folder[cut + 1 :]
        try:
            there = os.open(piece, os.O_RDONLY, dir_fd=here)
        finally:
            os.close(here)
        here = there
    return here


@contextmanager
def opened(root: Path | Remote, path: str) -> Iterator[BinaryIO]:
    """A file below the root, open for reading, however deep it lies. Raises OSError."""
    if isinstance(root, Remote):
        with root.open(path) as file:
            yield file
        return
    whole = os.path.join(root, path)
    if len(whole) < PIECE or os.open not in os.supports_dir_fd:
        with open(whole, "rb") as file:
            yield file
        return
    folder, _, name = path.rpartition("/")
    descriptor = _descend(root, folder)
    try:
        with open(os.open(name, os.O_RDONLY, dir_fd=descriptor), "rb") as file:
            yield file
    finally:
        os.close(descriptor)


def _identity(status: os.stat_result) -> object:
    return (status.st_dev, status.st_ino) if status.st_ino else object()


def _odd(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _kind(mode: int) -> str:
    kinds = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
    return kinds.get(stat.S_IFMT(mode), "neither a file nor a folder")


def shown(path: str) -> str:
    """A path as it can be printed: names that are not UTF-8 with replacement characters."""
    return os.fsencode(path).decode("utf-8", "replace")
