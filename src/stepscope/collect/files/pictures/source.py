"""The bytes of one image, read as far as they are asked for."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from stepscope.collect.files.reading import Picture, bytes_of
from stepscope.collect.files.remote import Remote
from stepscope.collect.files.tree import PIECE

HEAD, TAIL = 4096, 64
"""Bytes that are read of an image whose pixels nobody looks at."""


MOST_BYTES = 1 << 30
"""Bytes that are read of one file."""
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


@dataclass(frozen=True)
class Source:
    """An encoded image: its first and last bytes (all of it where it is small or was read whole), its size, and the way to the rest."""

    head: bytes
    tail: bytes
    size: int
    whole: Callable[[], bytes]
    file: Callable[[], BinaryIO]

    def starting(self, size: int) -> bytes:
        """The first bytes, at most so many."""
        if size <= len(self.head) or len(self.head) == self.size:
            return self.head
        with self.file() as file:
            return file.read(size)


def in_memory(data: bytes) -> Source:
    """An image that was read whole."""
    return Source(data, data, len(data), lambda: data, lambda: io.BytesIO(data))


def _path(root: Path | Remote, picture: Picture) -> str | None:
    """The path by which the system opens an image; None where it lies in a shard, at a URL, or deeper than a path may reach."""
    whole = os.path.join(root, picture.path)
    return None if picture.where is not None or isinstance(root, Remote) or len(whole) >= PIECE else whole


def glimpse(root: Path | Remote, picture: Picture) -> Source:
    """The first and last bytes of an image. Raises OSError."""
    whole = _path(root, picture)
    if whole is None:
        return in_memory(bytes_of(root, picture))
    handle = os.open(whole, _FLAGS)
    try:
        head = os.read(handle, HEAD)
        size = os.fstat(handle).st_size if len(head) == HEAD else len(head)
        if size <= HEAD:
            return in_memory(head)
        os.lseek(handle, size - TAIL, os.SEEK_SET)
        tail = os.read(handle, TAIL)
    finally:
        os.close(handle)
    return Source(head, tail, size, lambda: bytes_of(root, picture), lambda: open(whole, "rb"))


def entire(root: Path | Remote, picture: Picture) -> Source:
    """All bytes of an image, or the first and last of a file that is too large to be one. Raises OSError."""
    whole = _path(root, picture)
    if whole is None:
        return in_memory(bytes_of(root, picture))
    handle = os.open(whole, _FLAGS)
    try:
        size, read = os.fstat(handle).st_size, b""
        if size <= MOST_BYTES:
            read = os.read(handle, size + 1)
            while len(read) < size and (more := os.read(handle, size - len(read))):
                read += more
            return in_memory(read)
    finally:
        os.close(handle)
    return glimpse(root, picture)
