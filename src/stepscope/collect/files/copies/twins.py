"""Images that are the same, or almost."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from stepscope.collect.files.cache import version
from stepscope.collect.files.copies.comparing import Comparison, Pair, Reader
from stepscope.collect.files.copies.resemblance import candidates
from stepscope.collect.files.copies.search import MOST, Search
from stepscope.evidence import Images, State, Twins

LEGIBLE = (State.WHOLE, State.NO_END, State.TRAILING)
FLAT = 2.0
"""Deviation of brightness below which an image has no features to compare."""
AT_ONCE = 512
"""Pairs that are compared together."""


def twins_of(images: Images, read: Reader, kept: Path | None = None) -> Twins:
    """The groups of rows of the same content, and of almost the same pixels. `read` gives the bytes of a row; `kept` is a file that remembers the answer."""
    mark = _mark(images)
    if kept is not None and (known := _remembered(kept, mark)) is not None:
        return known
    equal = tuple(_equal(images, read))
    found = Twins(equal, *_alike(images, read, equal)) if images.pixels else Twins(equal)
    if kept is not None:
        _remember(kept, mark, found)
    return found


def _equal(images: Images, read: Reader) -> Iterable[tuple[int, ...]]:
    """Rows of the same content. Where only beginnings and ends were read, the rest is read of those that have them in common."""
    import numpy as np

    content = images.facts["content"]
    rows = np.isin(images.facts["state"], LEGIBLE).nonzero()[0]
    rows = rows[np.lexsort((rows, content[rows, 1], content[rows, 0]))]
    changes = (content[rows][1:] != content[rows][:-1]).any(axis=1).nonzero()[0] + 1
    groups = [group.tolist() for group in np.split(rows, changes) if len(group) > 1] if len(rows) else []
    return sorted(tuple(part) for group in groups for part in ([group] if images.pixels else _of_one_content(group, read)))


def _of_one_content(rows: list[int], read: Reader) -> list[list[int]]:
    from xxhash import xxh3_128_digest

    groups: dict[bytes, list[int]] = {}
    for row in rows:
        with suppress(OSError):
            groups.setdefault(xxh3_128_digest(read(row)), []).append(row)
    return [group for group in groups.values() if len(group) > 1]


def _alike(images: Images, read: Reader, equal: Iterable[tuple[int, ...]]) -> tuple[tuple[tuple[int, ...], ...], int]:
    """Groups of rows whose pixels are almost the same, one row for each group of equal content; and how many pairs were left."""
    import numpy as np

    facts = images.facts
    usable = np.isin(facts["state"], LEGIBLE) & (facts["look"] != 0) & (facts["deviation"] >= FLAT)
    usable[[row for group in equal for row in group[1:]]] = False
    rows = usable.nonzero()[0]
    comparison, search = Comparison(images, read), Search(rows.tolist())
    waiting = iter(_pairs(facts, rows))
    while pairs := list(islice(filter(search.is_open, waiting), AT_ONCE)):
        for pair, is_same, in_detail in comparison.of(pairs, search.is_affordable):
            search.note(pair, is_same, in_detail)
    return search.groups(), search.left


def _pairs(facts: Any, rows: Any) -> Iterable[Pair]:
    one, other, position, _ = candidates(facts["look"][rows], facts["rise"][rows])
    return zip(rows[one].tolist(), rows[other].tolist(), position.tolist(), strict=True)


def _mark(images: Images) -> str:
    """What the answer depends on."""
    from xxhash import xxh3_128

    mark = xxh3_128(f"{images.pixels} {len(images)} {MOST}".encode() + version())
    for name in ("state", "content", "look", "rise"):
        mark.update(images.facts[name].tobytes())
    return mark.hexdigest()


def _remembered(kept: Path, mark: str) -> Twins | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(kept.read_bytes())
        if known["mark"] == mark:
            return Twins(tuple(map(tuple, known["same"])), tuple(map(tuple, known["alike"])), known["left"])
    return None


def _remember(kept: Path, mark: str, found: Twins) -> None:
    temporary = kept.with_suffix(f".{os.getpid()}.part")
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps({"mark": mark, "same": found.same, "alike": found.alike, "left": found.left}))
        os.replace(temporary, kept)
