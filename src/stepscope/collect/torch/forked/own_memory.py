"""Memory that a forked child would share with its parent, and with others: counters, locks, batches of workers, a memory-mapped file."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator

MOST = 1 << 28
"""Bytes that are copied at most; what is larger can be read by the child, and not be written."""
_CHUNK = 1 << 24
_READ, _WRITE = 1, 2
_PRIVATE, _ANONYMOUS = 2, 0x20
_MAY_MOVE, _FIXED = 1, 2


def own_memory() -> None:
    """From now on what this process writes to shared memory is seen by itself alone.

    A semaphore that a killed child holds would never be given back, a step counted twice, running averages moved twice.
    """
    found = sorted(_shared(), key=lambda place: place[1])
    if not found:
        return
    system = ctypes.CDLL(None)
    system.mmap.restype = system.mremap.restype = ctypes.c_void_p
    left = MOST
    for begin, size in found:
        left -= size
        if left < 0 or not _copied(system, begin, size):
            system.mprotect(ctypes.c_void_p(begin), ctypes.c_size_t(size), _READ)


def _copied(system: ctypes.CDLL, begin: int, size: int) -> bool:
    """Put a copy of this memory in its place. False where it cannot be read: it may lie behind the end of its file."""
    length = ctypes.c_size_t(size)
    copy = system.mmap(None, length, _READ | _WRITE, _PRIVATE | _ANONYMOUS, -1, ctypes.c_long(0))
    try:
        memory = os.open("/proc/self/mem", os.O_RDONLY)
        try:
            done = 0
            while done < size:
                part = (ctypes.c_char * min(_CHUNK, size - done)).from_address(copy + done)
                done += os.preadv(memory, [part], begin + done) or size
        finally:
            os.close(memory)
    except (OSError, TypeError):
        return False
    return bool(system.mremap(ctypes.c_void_p(copy), length, length, _MAY_MOVE | _FIXED, ctypes.c_void_p(begin)) == begin)


def _shared() -> Iterator[tuple[int, int]]:
    """Where memory begins that this process may write to and shares, and its size; that of devices is left alone."""
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as lines:
            known = [line.split(maxsplit=5) for line in lines]
    except OSError:  # not on Linux
        return
    for place, rights, _, _, _, *path in known:
        file = path[0] if path else ""
        if rights.startswith("rw") and rights.endswith("s") and file.startswith("/") and not _is_device(file):
            begin, end = (int(address, 16) for address in place.split("-"))
            yield begin, end - begin


def _is_device(file: str) -> bool:
    return file.startswith("/dev/") and not file.startswith(("/dev/shm/", "/dev/zero"))
