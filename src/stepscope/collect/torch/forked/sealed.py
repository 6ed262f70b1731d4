"""Files and folders of the system, sealed for a forked child by the kernel: native code (HDF5, Parquet, a saved script) asks no Python for leave to write."""

from __future__ import annotations

import ctypes
import os
import struct

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""Landlock's calls, from Linux 5.13 on; their numbers are the same on every architecture."""
_NO_NEW_PRIVILEGES = 38
_WRITE = 1 << 1
_DEEDS = _WRITE | sum(1 << deed for deed in range(4, 13))
"""Writing to a file, removing one, making one of any kind."""
_TRUNCATE = 1 << 14
"""Known from the third version of Landlock on."""


def seal() -> bool:
    """From now on this process can write to no file that it has not open yet, but to the null device. Whether the kernel does that."""
    try:
        system = ctypes.CDLL(None)
        version = system.syscall(_CREATE, None, 0, 1)
        rules = system.syscall(_CREATE, struct.pack("=Q", _DEEDS | (_TRUNCATE if version >= 3 else 0)), 8, 0) if version > 0 else -1
    except (OSError, AttributeError, TypeError):  # not on Windows
        return False
    if rules < 0:
        return False
    null = os.open(os.devnull, os.O_RDONLY)
    system.syscall(_ADD, rules, 1, struct.pack("=Qi", _WRITE, null), 0)
    system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    refused = system.syscall(_RESTRICT, rules, 0)
    os.close(null)
    os.close(rules)
    return bool(refused == 0)
