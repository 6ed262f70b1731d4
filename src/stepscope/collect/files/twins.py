"""Images that are the same, or almost."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from stepscope.collect.files.cache import version
from stepscope.collect.files.pictures.inspect import inspect
from stepscope.collect.files.pictures.look import SIDE
from stepscope.collect.files.resemblance import candidates
from stepscope.collect.files.sameness import in_position, same
from stepscope.collect.files.screening import SAME, UNKNOWN, screened
from stepscope.evidence import Images, State, Twins

LEGIBLE = (State.WHOLE, State.NO_END, State.TRAILING)
EACH = 6
"""Candidates of one image that are compared pixel by pixel."""
MOST = 30_000
"""Comparisons of pixels in one run that may come to nothing; each of the others makes a group larger."""
SMALL = 48
"""Images with a shorter side are compared strictly: among digits and icons many resemble each other."""
FLAT = 2.0
"""Deviation of brightness below which an image has no features to compare."""
AT_ONCE = 256
"""Pairs that are compared together."""
Reader = Callable[[int], bytes]
Pair = tuple[int, int, int]
"""Two rows, and the position that turns the second into the first."""


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
    group_of = {int(row): int(row) for row in rows}
    thumbnail = lru_cache(maxsize=8192)(lambda row: _thumbnail(images, read, row))
    used: Counter[int] = Counter()
    vain = left = 0
    waiting = iter(_pairs(facts, rows))
    while pairs := list(islice((pair for pair in waiting if _is_open(pair, used, group_of)), AT_ONCE)):
        if vain >= MOST:
            left += len(pairs)
            continue
        for (one, other, _), is_same in zip(pairs, _compared(pairs, facts, thumbnail), strict=True):
            if is_same:
                low, high = sorted((_first(group_of, one), _first(group_of, other)))
                group_of[high] = low
            else:
                used.update((one, other))
                vain += 1
    groups: dict[int, list[int]] = {}
    for row in group_of:
        groups.setdefault(_first(group_of, row), []).append(row)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1), left


def _is_open(pair: Pair, used: Counter[int], group_of: dict[int, int]) -> bool:
    """Whether a pair is worth a comparison: neither has been compared often in vain, and they are not known to be alike."""
    one, other, _ = pair
    return used[one] < EACH and used[other] < EACH and _first(group_of, one) != _first(group_of, other)


def _compared(pairs: Sequence[Pair], facts: Any, thumbnail: Callable[[int], Any]) -> list[bool]:
    """Whether the two of each pair show the same picture; screened together, and those that this leaves open one by one."""
    import numpy as np

    found = [False] * len(pairs)
    legible = [place for place, (one, other, _) in enumerate(pairs) if thumbnail(one) is not None and thumbnail(other) is not None]
    if not legible:
        return found
    ones = np.stack([thumbnail(pairs[place][0]) for place in legible])
    others = np.stack([in_position(thumbnail(pairs[place][1]), pairs[place][2]) for place in legible])
    small = [min(int(facts[name][row]) for name in ("width", "height") for row in pairs[place][:2]) < SMALL for place in legible]
    for place, a, b, is_small, verdict in zip(legible, ones, others, small, screened(ones, others, small), strict=True):
        found[place] = verdict == SAME or (verdict == UNKNOWN and same(a, b, is_small))
    return found


def _pairs(facts: Any, rows: Any) -> Iterable[Pair]:
    one, other, position, _ = candidates(facts["look"][rows], facts["rise"][rows])
    return zip(rows[one].tolist(), rows[other].tolist(), position.tolist(), strict=True)


def _first(group_of: dict[int, int], row: int) -> int:
    while group_of[row] != row:
        group_of[row] = row = group_of[group_of[row]]
    return row


def _thumbnail(images: Images, read: Reader, row: int) -> Any:
    """The small picture of a row, (SIDE, SIDE) of float32: the one that its inspection made, or made now; None where its pixels cannot be seen."""
    import numpy as np

    small = images.small.get(images.paths[row])
    if small is None:
        try:
            seen = inspect(read(row))[0].get("small")
        except (OSError, ValueError):
            return None
        return None if seen is None else seen.astype(np.float32)
    return np.frombuffer(small, np.uint8).reshape(SIDE, SIDE).astype(np.float32)


def _mark(images: Images) -> str:
    """What the answer depends on."""
    from xxhash import xxh3_128

    mark = xxh3_128(f"{images.pixels} {len(images)} {EACH} {MOST}".encode() + version())
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
