"""Whose code a file is: the user's own, or an installed package's, Python's, ours."""

from __future__ import annotations

import linecache
import os
import sys
import sysconfig
from functools import lru_cache

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


@lru_cache(maxsize=1)
def _standard_library() -> tuple[str, ...]:
    names = ("stdlib", "platstdlib")
    paths = {os.path.realpath(sysconfig.get_paths()[name]) for name in names}
    paths |= {sysconfig.get_paths()[name] for name in names}
    return tuple(path + os.sep for path in paths)


@lru_cache(maxsize=4096)
def is_users(file: str) -> bool:
    """Whether the file holds the user's own code.

    A notebook's cell counts as the user's; code made by `exec` under a name in angle brackets does not, nor does the source of a
    compiled extension, which is not there (`numpy/random/mtrand.pyx`).
    """
    if file.startswith("<"):
        return file.startswith("<ipython-input") or file == "<stdin>"
    path = os.path.abspath(file)
    if _is_others(path):
        return False
    if not os.path.exists(path):
        source = _source(file)
        return source is not None and not _is_others(os.path.abspath(source))
    return True


def _is_others(path: str) -> bool:
    return path.startswith((_OURS, *_standard_library())) or any(part in path for part in _INSTALLED)


def _source(file: str) -> str | None:
    """Where Python has the lines of a file from that is not there: the name of a notebook's cell, or a path; None where it has none.

    A name in its cache is no proof: whoever prints a traceback leaves one there for each frame, also for those without source.
    """
    if file not in linecache.cache or not linecache.getlines(file):
        return None
    entry = linecache.cache.get(file, ())
    return str(entry[3]) if len(entry) == 4 else None


@lru_cache(maxsize=4096)
def shown(file: str) -> str:
    """The path as a person would open it: relative to where they stand, if that is shorter."""
    if file.startswith("<"):
        return file
    try:
        relative = os.path.relpath(file, os.environ.get("STEPSCOPE_STARTED_IN") or os.getcwd())
    except (ValueError, OSError):
        return file
    return relative if len(relative) < len(os.path.abspath(file)) and not relative.startswith("..") else os.path.abspath(file)


def running_script() -> str | None:
    """The script that this process runs, as the user would open it."""
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    return shown(file) if file else None
