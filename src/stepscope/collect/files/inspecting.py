"""Every image of a reading, inspected: what was seen before is taken from the cache, the rest is shared among processes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stepscope.collect.files.cache import Cache, Seen, dtype
from stepscope.collect.files.looking import TASK, inspected, seen_in
from stepscope.collect.files.processes import NoWorkers, Outcome, Piece, Pool
from stepscope.collect.files.reading import Picture, Reading, bytes_of
from stepscope.collect.files.recognise import splits_in
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Images, State, Twins

CHUNK = 64
"""Images that a process is given at once; of those that are looked at quickly eight times as many."""
KEEPING = 60.0
"""Seconds after which what was seen is kept, for the case that the machine stops."""
SMALL = 1 << 16
"""Small pictures that are kept in memory (2 KB each) for the search for near copies; those of more images are made again where they are needed."""
PASSING = (State.UNREADABLE, State.CRASHED, State.SLOW)
"""States that may be others next time, whatever the file's time of change says."""
Progress = Callable[[int, int], None]


@dataclass
class Work:
    """Images and what is known of them so far."""

    tree: Tree
    pictures: Sequence[Picture]
    stamps: Any
    seen: Seen
    cache: Cache | None
    progress: Progress
    task: str = TASK
    small: dict[str, bytes] = field(default_factory=dict)

    def take(self, rows: Any, facts: Any, says: dict[int, str], small: Mapping[int, bytes]) -> None:
        """Note what was seen of some rows."""
        if len(self.small) < SMALL:
            self.small.update({self.pictures[rows[place]].path: picture for place, picture in small.items()})
        self.seen.facts[rows] = facts
        self.seen.known[rows] = True
        self.seen.says.update({int(rows[int(place)]): words for place, words in says.items()})

    def keep(self) -> None:
        """Write the cache."""
        import numpy as np

        if self.cache is None:
            return
        rows = (self.seen.known & ~np.isin(self.seen.facts["state"], PASSING)).nonzero()[0]
        places = {row: place for place, row in enumerate(rows.tolist())} if self.seen.says else {}
        says = {places[row]: words for row, words in self.seen.says.items() if row in places}
        self.cache.save([self.pictures[row].path for row in rows.tolist()], self.stamps[rows], self.seen.facts[rows], says)


def inspect_all(reading: Reading, tree: Tree, looking: Any, progress: Progress, task: str = TASK) -> Images:
    """The images of a reading in columns, sorted by path. `tree.notes` tell what could not be done as it should."""
    import numpy as np

    pictures = sorted(reading.pictures, key=lambda picture: picture.path)
    stamps = np.array([tree.files.get(picture.where[0] if picture.where else picture.path, (0, 0)) for picture in pictures], dtype=np.int64).reshape(-1, 2)
    cache = Cache(tree.root, looking.quick) if looking.cache else None
    seen = cache.load([picture.path for picture in pictures], stamps) if cache else Seen(np.zeros(len(pictures), bool), np.zeros(len(pictures), dtype()), {})
    work = Work(tree, pictures, stamps, seen, cache, progress, task)
    if not seen.known.all():
        try:
            _look(work, looking)
        finally:
            work.keep()
    tree.notes += cache.notes if cache else []
    return _columns(reading, work, looking.quick)


def twins_in(reading: Reading, tree: Tree, images: Images, looking: Any) -> Twins:
    """The images that are the same or almost, of those that `inspect_all` gave; remembered beside the cache."""
    from stepscope.collect.files.copies.twins import twins_of

    pictures = sorted(reading.pictures, key=lambda picture: picture.path)
    kept = Cache(tree.root, looking.quick).path.with_suffix(".twins.json") if looking.cache else None
    return twins_of(images, lambda row: bytes_of(tree.root, pictures[row]), kept)


def _look(work: Work, looking: Any) -> None:
    """See what is not known yet."""
    rows = (~work.seen.known).nonzero()[0]
    size = CHUNK * 8 if looking.quick else CHUNK
    given = {"root": str(work.tree.root), "quick": looking.quick}
    workers = min(looking.workers or cores(), -(-len(rows) // size))
    kept = time.monotonic()
    work.progress(int(work.seen.known.sum()), len(work.pictures))
    try:
        with _pool(looking.engine)(work.task, given, workers) as pool:
            for outcome in pool.outcomes(_pieces(work.pictures, rows, size)):
                _note(work, outcome, rows)
                work.progress(int(work.seen.known.sum()), len(work.pictures))
                if time.monotonic() - kept > KEEPING:
                    work.keep()
                    kept = time.monotonic()
    except (NoWorkers, OSError) as problem:
        work.tree.notes.append(f"images were decoded in this process: {problem}")
        _alone(work, given, size)


def _pool(engine: str) -> Any:
    """The processes of this machine, or those of a Ray cluster."""
    if engine == "local":
        return Pool
    from stepscope.collect.files.on_ray import Cluster

    return Cluster


def _alone(work: Work, given: dict[str, Any], size: int) -> None:
    """See the rest without other processes."""
    rows = (~work.seen.known).nonzero()[0]
    for piece in _pieces(work.pictures, rows, size):
        says, payload = inspected(given, piece.items, lambda: None)
        _note(work, Outcome(piece, says, payload), rows)
        work.progress(int(work.seen.known.sum()), len(work.pictures))


def _pieces(pictures: Sequence[Picture], rows: Any, size: int) -> Iterator[Piece]:
    for start in range(0, len(rows), size):
        yield Piece(start, [(pictures[row].path, pictures[row].where) for row in rows[start : start + size].tolist()])


def _note(work: Work, outcome: Outcome, rows: Any) -> None:
    import numpy as np

    mine = rows[outcome.piece.start : outcome.piece.start + len(outcome.piece.items)]
    if outcome.state is None:
        facts, small = seen_in(outcome.payload, len(mine))
        work.take(mine, facts, outcome.message, small)
    else:
        lost = np.zeros(1, dtype=dtype())
        lost["state"], lost["size"] = outcome.state, work.stamps[mine[0], 0]
        work.take(mine, lost, {0: outcome.message}, {})


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _columns(reading: Reading, work: Work, quick: bool) -> Images:
    import numpy as np

    splits = splits_in(reading)
    places = {name: place for place, name in enumerate(splits)}
    return Images(
        paths=[picture.path for picture in work.pictures],
        splits=splits,
        split=np.array([places.get(picture.split, -1) for picture in work.pictures], dtype=np.int16),
        classes=reading.classes,
        label=np.array([picture.label for picture in work.pictures], dtype=np.int32),
        facts=work.seen.facts,
        says=dict(sorted(work.seen.says.items())),
        pixels=not quick,
        small=work.small,
    )
