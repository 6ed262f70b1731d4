"""The file behind a sample: the data set is asked for it again, in a forked child, and what it opens is recorded."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from stepscope.collect.owner import shown
from stepscope.collect.torch.forked.fork import can_fork, hear, write
from stepscope.collect.torch.forked.isolation import isolate
from stepscope.collect.torch.resolve import stored_attributes
from stepscope.collect.torch.tensors import same_values, tensors_in

SECONDS = 4.0
"""How long the whole question may take."""
ASKED = 512
"""Samples that are asked for a value at the most."""
ELEMENTS = 4096
"""Numbers of a sample that are compared."""
BESIDE = " and "
"""Stands between the files of one sample."""
TOGETHER = 2
"""Files that a sample may be read from to be told by them: of more, none is the sample's own."""
_AGAIN = ""
"""Stands between what a sample opens and what it opens when it is loaded once more."""
_CODE = (".py", ".pyc", ".pyi", ".so", ".pyd", ".dll", ".ttf", ".zip", ".cfg", ".toml")


def files_of(dataset: Any, indices: Sequence[int]) -> dict[int, str]:
    """The file that each of these indices is read from, or both of two (a picture and its mask); an index whose sample is held in memory has none."""
    if dataset is None or not indices:
        return {}
    found = _by_asking(dataset, indices) if can_fork() else {}
    for index in indices:
        if index not in found and (path := _by_list(dataset, index)) is not None:
            found[index] = [path]
    return {index: BESIDE.join(map(shown, paths)) for index, paths in found.items() if 0 < len(paths) <= TOGETHER}


def listed_files(dataset: Any, indices: Sequence[int]) -> dict[int, str]:
    """The files of these indices in a list of paths that the data set holds. Nothing is loaded: one of them may have ended a process."""
    found = {index: _by_list(dataset, index) for index in indices}
    return {index: shown(path) for index, path in found.items() if path is not None}


def holders(dataset: Any, indices: Sequence[int], values: set[float]) -> set[int]:
    """Those of the samples that hold one of these values, as the data set itself says when it is asked again."""
    if not can_fork() or len(indices) > ASKED:
        return set()

    def look(index: int, send: int) -> None:
        if _holds(dataset[index], values):
            say(send, index, "")

    return set(in_child(indices, look))


def owners(dataset: Any, indices: Sequence[int], parts: Sequence[Any]) -> set[int]:
    """Those of the samples that all these tensors are part of, as the data set says when it is asked again."""
    if not can_fork() or len(indices) > ASKED:
        return set()

    def look(index: int, send: int) -> None:
        held = tensors_in(dataset[index], arrays=True)
        if all(any(same_values(part, other) for other in held) for part in parts):
            say(send, index, "")

    return set(in_child(indices, look))


def numbers_of(dataset: Any, indices: Sequence[int]) -> list[dict[str, list[float]]]:
    """The numbers of each of these samples, by where they stand in it, as the data set says when it is asked again; empty where one does not answer."""
    if not can_fork() or len(indices) > ASKED:
        return []

    def look(index: int, send: int) -> None:
        say(send, index, dict(_numbers(dataset[index])))

    told = in_child(indices, look)
    return [told[index] for index in indices] if set(indices) <= set(told) else []


def _numbers(sample: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, list[float]]]:
    """The numbers, and the arrays of whole numbers, of a sample: those of a picture are no labels."""
    if isinstance(sample, (int, float)) and not isinstance(sample, bool):
        yield name, [float(sample)]
    elif hasattr(sample, "tolist") and hasattr(sample, "dtype"):
        if "uint8" not in str(sample.dtype) and ("float" not in str(sample.dtype) or not len(sample.shape)):
            yield name, [float(value) for value in sample.reshape(-1)[:ELEMENTS].tolist()]
    elif depth < 4 and isinstance(sample, (list, tuple, Mapping)):
        if isinstance(sample, (list, tuple)) and sample and all(type(item) is int for item in sample):
            yield name, [float(item) for item in sample[:ELEMENTS]]
        for key, part in sample.items() if isinstance(sample, Mapping) else enumerate(sample):
            yield from _numbers(part, f"{name}/{key}", depth + 1)


def _holds(sample: Any, values: set[float], depth: int = 0) -> bool:
    """Whether a sample has one of the values as a number of its own, or in a tensor of whole numbers."""
    if isinstance(sample, (int, float)) and not isinstance(sample, bool):
        return float(sample) in values
    if hasattr(sample, "tolist") and hasattr(sample, "dtype"):
        whole = "float" not in str(sample.dtype) and "uint8" not in str(sample.dtype)
        return whole and _holds(sample.reshape(-1)[:ELEMENTS].tolist(), values, depth + 1)
    parts = list(sample.values()) if isinstance(sample, Mapping) else sample
    return isinstance(parts, (list, tuple)) and depth < 4 and any(_holds(part, values, depth + 1) for part in parts)


def _by_asking(dataset: Any, indices: Sequence[int]) -> dict[int, list[str]]:
    """The files that each sample opens, each time that it is loaded; of one that cannot be loaded, the file that it had come to."""
    recorder = _Recorder()

    def look(index: int, send: int) -> None:
        recorder.listen(index, send)
        try:
            dataset[index]
        except BaseException:
            say(send, index, None)
            return
        if len(recorder.met) > 1:  # a pair whose other one is drawn by chance would be named with it
            say(send, index, _AGAIN)
            dataset[index]

    return {index: paths[-2:-1] if paths[-1] is None else _each_time(paths) for index, paths in _answers_of(indices, look).items()}


def _each_time(paths: list[str]) -> list[str]:
    """The files that were opened both times; where the second opened none, the data set had kept what it read."""
    between = paths.index(_AGAIN) if _AGAIN in paths else len(paths)
    again = paths[between + 1 :]
    return [path for path in dict.fromkeys(paths[:between]) if not again or path in again]


def say(send: int, index: int | None, answer: Any) -> None:
    """In the child: answer for this index."""
    write(send, json.dumps([index, answer]).encode() + b"\n")


def in_child(indices: Sequence[int], look: Callable[[int, int], None]) -> dict[int, Any]:
    """What a forked child says first of each index."""
    return {index: answers[0] for index, answers in _answers_of(indices, look).items()}


def _answers_of(indices: Sequence[int], look: Callable[[int, int], None]) -> dict[int, list[Any]]:
    """All that a forked child says of each index, in a line for each answer, until its time is up."""
    def tell(send: int) -> None:
        isolate(send)
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(1)
        for index in indices:
            with contextlib.suppress(BaseException):
                look(index, send)

    text, _ = hear(tell, SECONDS)
    found: dict[int, list[Any]] = {}
    for line in text.splitlines():
        with contextlib.suppress(ValueError):
            index, answer = json.loads(line)
            found.setdefault(index, []).append(answer)
    return found


class _Recorder:
    """An audit hook, set in the child only, that writes down the data files which are opened."""

    def __init__(self) -> None:
        self._index: int | None = None
        self._send = -1
        self.met: set[str] = set()
        """The files of the index at hand."""

    def listen(self, index: int, send: int) -> None:
        """From now on what is opened belongs to this index."""
        if self._index is None:
            sys.addaudithook(self._opened)
        self._index, self._send = index, send
        self.met.clear()

    def _opened(self, event: str, arguments: Any) -> None:
        for path in opened_data(event, arguments):
            self.met.add(path)
            say(self._send, self._index, path)


def opened_data(event: str, arguments: Any) -> Iterator[str]:
    """The data file that an audit event tells of as opened for reading, if it does."""
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        mode = arguments[1] if isinstance(arguments[1], str) else "r"
        path = os.path.abspath(os.fsdecode(arguments[0]))
        if not set(mode) & set("wax+") and _is_data(path):
            yield path


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
