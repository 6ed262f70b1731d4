"""The bad samples of a run, as lines of JSON in one file that all of its processes share."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from stepscope.collect.trouble import trouble
from stepscope.evidence.skipped import Skipped

FILE = "skipped.jsonl"
"""Its name in the run folder."""
Key = tuple[Any, ...]


class Ledger:
    """What is known to be bad. Each process appends what it finds, and reads what the others have found when it needs to know."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0
        self._known: dict[Key, Skipped] = {}

    def add(self, bad: Skipped) -> None:
        """Write one down. A line of JSON is short enough to be appended whole."""
        self._known.setdefault(key_of(bad), bad)
        line = json.dumps({name: value for name, value in vars(bad).items() if value not in (None, "")}, default=str) + "\n"
        try:
            target = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(target, line.encode("utf-8", "replace"))
            finally:
                os.close(target)
        except OSError as problem:
            trouble("could not write down a bad sample", problem)

    @property
    def anything(self) -> bool:
        """Whether any bad sample is known."""
        return bool(self._known)

    def known(self, key: Key) -> bool:
        """Whether this sample is bad, as far as this process has read."""
        return key in self._known or (*key[:-1], "") in self._known

    def count(self) -> int:
        """How many different samples are bad, as all processes know."""
        self.refresh()
        return len(self._known)

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
            self._known.setdefault(key_of(bad), bad)


def key_of(bad: Skipped) -> Key:
    """What a sample is known by: its data set and its index there, or its position in a stream (of which each worker has one).

    A list that a person has written bears no marks.
    """
    place = (bad.position, bad.file) if bad.index is None else str(bad.index)
    return bad.dataset, bad.size, place, bad.mark


def read(file: Path) -> list[Skipped]:
    """The bad samples of a file, each once, in the order in which they were met. Lines that are none are left out.

    Raises OSError where the file cannot be read.
    """
    with open(file, "rb") as lines:
        found = {key_of(bad): bad for bad in reversed(list(read_lines(lines)))}
    return list(found.values())[::-1]


def skipped_in(folder: Path, skip_list: str) -> tuple[Skipped, ...]:
    """The samples that were replaced in a run: those of the user's own list, or of the run folder."""
    try:
        return tuple(read(Path(skip_list) if skip_list else folder / FILE))
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
