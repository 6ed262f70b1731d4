"""Every image of a reading, inspected."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from stepscope.collect.files.pictures.inspect import inspect
from stepscope.collect.files.reading import Reading, bytes_of
from stepscope.collect.files.recognise import splits_in
from stepscope.collect.files.tree import Tree
from stepscope.evidence import FACTS, Images, State


def inspect_all(reading: Reading, tree: Tree, looking: Any, progress: Callable[[int, int], None]) -> Images:
    """The images of a reading in columns, sorted by path."""
    import numpy as np

    pictures = sorted(reading.pictures, key=lambda picture: picture.path)
    facts = np.zeros(len(pictures), dtype=[(name, *kind) for name, *kind in FACTS])
    says: dict[int, str] = {}
    for row, picture in enumerate(pictures):
        try:
            data = bytes_of(tree.root, picture)
        except OSError as problem:
            facts[row]["state"], says[row] = State.UNREADABLE, problem.strerror or str(problem)
            continue
        known, words = inspect(data, looking.quick)
        for name, value in known.items():
            facts[row][name] = value
        facts[row]["content"] = np.frombuffer(hashlib.blake2b(data, digest_size=16).digest(), dtype="u8")
        if words:
            says[row] = words
        progress(row + 1, len(pictures))
    splits = splits_in(reading)
    places = {name: place for place, name in enumerate(splits)}
    return Images(
        paths=[picture.path for picture in pictures],
        splits=splits,
        split=np.array([places.get(picture.split, -1) for picture in pictures], dtype=np.int16),
        classes=reading.classes,
        label=np.array([picture.label for picture in pictures], dtype=np.int32),
        facts=facts,
        says=says,
        pixels=not looking.quick,
    )
