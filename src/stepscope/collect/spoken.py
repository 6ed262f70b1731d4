"""The file that a failure speaks of, looked at on disk."""

from __future__ import annotations

import difflib
import io
import os
import re
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from types import FrameType

from stepscope.collect.owner import shown
from stepscope.evidence import Batch, Failure, File

_QUOTED = re.compile(r"""['"]([^'"\n]{1,400}[/\\.][^'"\n]{1,400})['"]""")
_BARE = re.compile(r"(?:^|[\s:])((?:[A-Za-z]:\\|\.{0,2}/)[^\s'\":]{1,400})")
_PARENT = re.compile(r"[Pp]arent directory (\S+) does not exist")
_BEGINS = (
    (b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"GIF8", "GIF"), (b"BM", "BMP"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"),
    (b"%PDF", "PDF"), (b"PK\x03\x04", "ZIP"), (b"\x1f\x8b", "gzip"), (b"version https://git-lfs", "Git LFS pointer"),
)  # fmt: skip
_ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND\xaeB`\x82"}
ENTRIES = 20_000


def file_of(failure: Failure, batch: Batch | None, stack: Sequence[tuple[FrameType, int, int]] = ()) -> File | None:
    """The file named by the exception, or by its words, or that of the sample that was being loaded, or an open one in the frames."""
    named = [failure.filename] if failure.filename else []
    words = [*_QUOTED.findall(failure.message[:4000]), *_BARE.findall(failure.message[:4000])]
    there = [path for path in words if os.path.lexists(path)]
    sample = [path for path in batch.files.values() if os.path.lexists(path)] if batch else []
    folder = _PARENT.findall(failure.message[:4000])
    path = next(iter([*named, *folder, *there, *sample, *_in_causes(failure), *_open(stack)]), None)
    return look_at(path) if path else None


def _open(stack: Sequence[tuple[FrameType, int, int]]) -> Iterable[str]:
    """Files that the frames hold open or name, those of the innermost frame first."""
    for frame, _, _ in reversed(stack):
        for value in list(frame.f_locals.values()):
            name = getattr(value, "name", None) if isinstance(value, io.IOBase) else value if isinstance(value, os.PathLike) else None
            path = os.fspath(name) if isinstance(name, (str, os.PathLike)) else None
            if isinstance(path, str) and os.path.isfile(path) and not path.endswith(".py"):
                yield path


def look_at(path: str) -> File:
    """What is at this path. Never raises: what cannot be told is left out."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return _absent(path)
    if stat.S_ISDIR(mode):
        return File(shown(path), "folder", readable=os.access(path, os.R_OK), entries=len(_names(path)))
    if not stat.S_ISREG(mode):
        return File(shown(path), "other")
    content, whole = _content(path)
    return File(
        shown(path), "file", size=os.path.getsize(path), content=content, whole=whole, readable=os.access(path, os.R_OK)
    )


def _absent(path: str) -> File:
    nearest = os.path.dirname(os.path.abspath(path))
    missing = os.path.basename(path)
    while not os.path.isdir(nearest) and os.path.dirname(nearest) != nearest:
        nearest, missing = os.path.split(nearest)
    names = _names(nearest)
    target = ""
    with suppress(OSError):
        target = os.readlink(path)
    return File(
        shown(path),
        "link" if target else "nothing",
        target=target,
        nearest=shown(nearest),
        alike=_alike(missing, names),
        entries=len(names),
    )


def _alike(missing: str, names: list[str]) -> tuple[str, ...]:
    """The names that resemble the missing one: first those that are written in other capitals."""
    cased = [name for name in names if name.casefold() == missing.casefold()]
    close = difflib.get_close_matches(missing, names, n=5, cutoff=0.6)
    return tuple(dict.fromkeys([*cased, *(name for name in close if not _numbered(name, missing))]))[:3]


def _numbered(name: str, other: str) -> bool:
    """Whether two names have other numbers: frame_20.jpg is no misspelling of Frame_21.JPG, but frame_20.jpg may be one of frame_020.png."""
    numbers, others = ([int(digits) for digits in re.findall(r"\d+", text)] for text in (name, other))
    return bool(numbers and others) and numbers != others


def _names(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry, _ in zip(entries, range(ENTRIES), strict=False)]
    except OSError:
        return []


def _content(path: str) -> tuple[str, bool | None]:
    """What the file begins like, and whether it ends as that format does."""
    try:
        with open(path, "rb") as file:
            begin = file.read(512)
            file.seek(max(0, os.path.getsize(path) - 64))
            end = file.read(64)
    except OSError:
        return "", None
    if not begin:
        return "empty", False
    if not begin.strip(b"\0"):
        return "zeros", False
    if begin.lstrip().lower().startswith((b"<!doctype", b"<html")):
        return "HTML", None
    if begin[:4] == b"RIFF" and begin[8:12] == b"WEBP":
        return "WEBP", None
    kind = next((kind for magic, kind in _BEGINS if begin.startswith(magic)), "unknown")
    return kind, _ENDS[kind] in end if kind in _ENDS else None


def _in_causes(failure: Failure) -> Iterable[str]:
    return (cause.filename for cause in failure.causes if cause.filename)
