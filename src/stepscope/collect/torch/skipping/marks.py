"""What tells data sets of one class and one size apart: training and validation, the folds of a cross validation."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from zlib import crc32

from stepscope.collect.torch.resolve import stored_attributes

ENTRIES = 8
"""Entries of a list that are looked at."""
LETTERS = 200
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def mark_of(dataset: Any) -> str:
    """Some digits made of the paths and names that a data set holds, and of some entries of its lists and tables; empty where it holds none.

    Single numbers are left out, as they may count; of a path the last two parts tell, so that a list of bad samples holds from another folder too.
    """
    try:
        told = [(name, list(_told(value))) for name, value in sorted(stored_attributes(dataset).items())]
    except Exception:  # what it holds is of the user's own making
        return ""
    known = [each for each in told if each[1]]
    return f"{crc32(repr(known).encode('utf-8', 'replace')):08x}" if known else ""


def _told(value: Any) -> Iterator[str]:
    if isinstance(value, (str, os.PathLike)):
        yield "/".join(PurePath(value).parts[-2:])
        return
    rows = getattr(value, "iloc", value)
    if isinstance(rows, (list, tuple)) or hasattr(value, "shape"):
        count = len(value) if getattr(value, "shape", (1,)) else 0
        for place in range(0, count, max(count // ENTRIES, 1)):
            entry = rows[place]
            yield from _told(entry) if isinstance(entry, (str, os.PathLike)) else [_lasting(entry)]


def _lasting(entry: Any) -> str:
    """An entry in words that are the same in the next run: a transform without its address, a set in its order."""
    return _ADDRESS.sub("", repr(sorted(entry, key=repr) if isinstance(entry, (set, frozenset)) else entry))[:LETTERS]
