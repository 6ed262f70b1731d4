"""The bytes of one image, read as far as they are asked for."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from stepscope.collect.files.reading import Picture, bytes_of
from stepscope.collect.files.tree import PIECE

HEAD, TAIL = 4096, 64
"""Bytes that are read of an image whose pixels nobody looks at."""


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


def glimpse(root: Path, picture: Picture) -> Source:
    """The first and last bytes of an image. Raises OSError."""
    whole = os.path.join(root, picture.path)
    if picture.where is not None or len(whole) >= PIECE or not hasattr(os, "pread"):
        return in_memory(bytes_of(root, picture))
    handle = os.open(whole, os.O_RDONLY | os.O_NONBLOCK)
    try:
        head = os.pread(handle, HEAD, 0)
        size = os.fstat(handle).st_size if len(head) == HEAD else len(head)
        tail = os.pread(handle, TAIL, size - TAIL) if size > HEAD else head
    finally:
        os.close(handle)
    return Source(head, tail, size, lambda: bytes_of(root, picture), lambda: open(whole, "rb"))


