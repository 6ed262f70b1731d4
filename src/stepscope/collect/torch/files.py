"""The file behind a sample: the data set is asked for it again, in a forked child, and what it opens is recorded."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any

from stepscope.collect.owner import shown
from stepscope.collect.torch.resolve import stored_attributes

SECONDS = 4.0
"""How long the whole question may take."""
_CODE = (".py", ".pyc", ".pyi", ".so", ".pyd", ".dll", ".ttf", ".zip", ".cfg", ".toml")


def files_of(dataset: Any, indices: Sequence[int]) -> dict[int, str]:
    """The file that each of these indices is read from; an index whose sample is held in memory has none."""
    if dataset is None or not indices:
        return {}
    found = _by_asking(dataset, indices) if _may_fork() else {}
    for index in indices:
        if index not in found and (path := _by_list(dataset, index)) is not None:
            found[index] = path
    return {index: shown(path) for index, path in found.items()}


def _may_fork() -> bool:
    """Forking is safe where the system has it and no accelerator context would be shared."""
    torch = sys.modules.get("torch")
    cuda = getattr(torch, "cuda", None)
    return hasattr(os, "fork") and not (cuda is not None and cuda.is_initialized())


def _by_asking(dataset: Any, indices: Sequence[int]) -> dict[int, str]:
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receive)
        _ask(dataset, indices, send)
    os.close(send)
    try:
        return _answer(receive)
    finally:
        os.close(receive)
        with contextlib.suppress(OSError):
            os.kill(child, signal.SIGKILL)
        with contextlib.suppress(OSError):
            os.waitpid(child, 0)


def _ask(dataset: Any, indices: Sequence[int], send: int) -> None:
    """In the child: ask for each sample, write a line for each file, leave without a trace."""
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        torch = sys.modules.get("torch")
        if torch is not None:
            torch.set_num_threads(1)
        asked = [-1]

        def opened(event: str, arguments: Any) -> None:
            if event == "open" and isinstance(arguments[0], (str, bytes)) and asked[0] >= 0:
                mode = arguments[1] if isinstance(arguments[1], str) else "r"
                path = os.path.abspath(os.fsdecode(arguments[0]))
                if not set(mode) & set("wax+") and _is_data(path):
                    os.write(send, json.dumps([asked[0], path]).encode() + b"\n")

        sys.addaudithook(opened)
        for index in indices:
            asked[0] = index
            with contextlib.suppress(BaseException):
                dataset[index]
    finally:
        os._exit(0)


def _answer(receive: int) -> dict[int, str]:
    text = b""
    until = time.monotonic() + SECONDS
    while (left := until - time.monotonic()) > 0:
        if not select.select([receive], [], [], left)[0]:
            break
        part = os.read(receive, 65536)
        if not part:
            break
        text += part
    found: dict[int, str] = {}
    for line in text.splitlines():
        with contextlib.suppress(ValueError):
            index, path = json.loads(line)
            found.setdefault(index, path)
    return found


def _is_data(path: str) -> bool:
    if path.endswith(_CODE) or path.startswith(("/proc/", "/sys/", "/dev/")):
        return False
    return f"{os.sep}site-packages{os.sep}" not in path


def _by_list(dataset: Any, index: int) -> str | None:
    """The entry of a list of paths that the data set holds, for readers that open files in native code."""
    for held in stored_attributes(dataset).values():
        if isinstance(held, (list, tuple)) and 0 <= index < len(held):
            entry = held[index]
            for part in entry if isinstance(entry, (tuple, list)) else (entry,):
                if isinstance(part, (str, os.PathLike)) and os.path.isfile(part):
                    return os.path.abspath(os.fspath(part))
    return None
