"""The annotations of a COCO file, some thousands at a time: a file of any size is read without holding all of them."""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

WINDOW = 4_000_000
"""Bytes that are decoded at once: what they become still lies in the processor's own memory when it is looked at."""
BACK = 100_000
"""Bytes before a window's end in which the border between two items is looked for."""

_BORDER = re.compile(rb"\}\s*,\s*\{")


def windows(raw: memoryview, decode: Callable[[bytes], Sequence[Any] | None], size: int = WINDOW) -> Iterator[Sequence[Any]]:
    """The items of a JSON list of objects, some thousands at a time, as `decode` makes them of a list's text; None where that does not parse.

    A border may be one within an item (`"attributes": [{...}, {...}]`), which shows when the part does not parse: it is made longer then.
    """
    at, end = 1, len(raw) - 1
    while at < end:
        length, found, stop = size, None, at
        while found is None and stop < end:
            stop = _cut(raw, at, at + length, end)
            found = decode(b"[" + bytes(raw[at:stop]) + b"]")
            length *= 2
        if found:
            yield found
        at = stop + 1


def _cut(raw: memoryview, at: int, wanted: int, end: int) -> int:
    """Where the comma stands that ends a part of about the wanted length; the end of the list where there is none."""
    while wanted < end:
        start = max(at, wanted - BACK)
        borders = list(_BORDER.finditer(bytes(raw[start:wanted])))
        if borders:
            return start + borders[-1].start() + bytes(borders[-1].group()).index(b",")
        wanted += BACK
    return end


def let_go(data: bytes | mmap.mmap) -> None:
    """Tell the system that what was read of a mapped file need not stay in memory."""
    if isinstance(data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):  # not on Windows
        data.madvise(mmap.MADV_DONTNEED)


def raw_list(data: Any, kind: type[Any]) -> Any:
    """A document whose annotations are left as text; None where it does not keep to the form."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
