"""The bad samples of a run, as lines of JSON in one file that all of its processes share."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

from stepscope.collect.trouble import trouble
from stepscope.evidence.skipped import Skipped

FILE = "skipped.jsonl"
"""Its name in the run folder."""
Key = tuple[Any, ...]


class Ledger:
    """What is known to be bad. Each process appends what it finds, and reads what the others have found when it needs to know.

    `file` holds the samples that were replaced in this run; `kept`, where one is named, is the user's own list of those that are not even to be tried.
    """

    def __init__(self, file: Path, kept: Path | None = None) -> None:
        self._file = file
        self._kept = kept
        self._read = 0
        self._met: dict[Key, Skipped] = {}
        self._known: dict[Key, Skipped] = {}
        if kept is not None:
            with suppress(OSError):
                self._known.update((key_of(bad), bad) for bad in read(kept))
        self.refresh()

    def add(self, bad: Skipped) -> None:
        """Write down one that was found now."""
        self._known.setdefault(key_of(bad), bad)
        _append(self._file, bad)
        if self._kept is not None:
            _append(self._kept, bad)

    def meet(self, key: Key) -> None:
        """A sample that is known is left out of this run, too."""
        self.refresh()
        bad = self._known.get(key) or self._known.get((*key[:-1], ""))
        if bad is not None and key_of(bad) not in self._met:
            _append(self._file, bad)
            self.refresh()

    @property
    def anything(self) -> bool:
        """Whether any bad sample is known."""
        return bool(self._known)

    def known(self, key: Key) -> bool:
        """Whether this sample is bad, as far as this process has read."""
        return key in self._known or (*key[:-1], "") in self._known

    def count(self, alike: Key | None = None) -> int:
        """How many different samples were replaced, as all processes know; those of this one's data set where one is given."""
        self.refresh()
        return sum(alike is None or _data_set(key) == _data_set(alike) for key in self._met)

    def refresh(self) -> None:
        """Read what has been added."""
        try:
            with open(self._file, "rb") as file:
                file.seek(self._read)
                data = file.read()
        except OSError:
            return
        whole, _, _ = data.rpartition(b"\n")
        self._read += len(whole) + bool(whole)
        for bad in read_lines(whole.splitlines()):
            self._met.setdefault(key_of(bad), bad)
            self._known.setdefault(key_of(bad), bad)


def _append(file: Path, bad: Skipped) -> None:
    """A line of JSON is short enough to be appended whole."""
    line = json.dumps({name: value for name, value in vars(bad).items() if value not in (None, "")}, default=str) + "\n"
    try:
        target = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(target, line.encode("utf-8", "replace"))
        finally:
            os.close(target)
    except OSError as problem:
        trouble("could not write down a bad sample", problem)


def ledger_at(folder: Path, skip_list: str) -> Ledger:
    """The ledger of a run, with the user's own list where one is named."""
    return Ledger(folder / FILE, Path(skip_list) if skip_list else None)


def _data_set(key: Key) -> Key:
    name, size, _, mark = key
    return name, size, mark


def key_of(bad: Skipped) -> Key:
    """What a sample is known by: its data set and its index there, or its position in a stream (of which each worker has one).

    A list that a person has written bears no marks.
    """
    place = (bad.position, bad.worker, bad.file) if bad.index is None else str(bad.index)
    return bad.dataset, bad.size, place, bad.mark


def read(file: Path) -> list[Skipped]:
    """The bad samples of a file, each once, in the order in which they were met. Lines that are none are left out.

    Raises OSError where the file cannot be read.
    """
    with open(file, "rb") as lines:
        found = {key_of(bad): bad for bad in reversed(list(read_lines(lines)))}
    return list(found.values())[::-1]


def skipped_in(folder: Path) -> tuple[Skipped, ...]:
    """The samples that were replaced in a run."""
    try:
        return tuple(read(folder / FILE))
    except OSError:
        return ()


def read_lines(lines: Iterable[bytes]) -> Iterable[Skipped]:
    """The bad samples of these lines."""
    names = {field.name for field in fields(Skipped)}
    for line in lines:
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict) and {"index", "position"} & set(told) and not any(isinstance(value, (list, dict)) for value in told.values()):
            yield Skipped(**{"index": None, **{name: value for name, value in told.items() if name in names}})
