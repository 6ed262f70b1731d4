"""The work of one process: images are read and inspected, and their facts packed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stepscope.collect.files.cache import dtype
from stepscope.collect.files.pictures.inspect import unsettled
from stepscope.collect.files.pictures.look import SIDE, settle
from stepscope.collect.files.pictures.source import entire, glimpse
from stepscope.collect.files.reading import Picture
from stepscope.collect.files.remote import Remote, place_of
from stepscope.collect.files.worker import Alive
from stepscope.evidence import FACTS, State

TASK = f"{__name__}:inspected"
_EMPTY = tuple((0, 0) if len(rest) > 1 else b"" if str(rest[0]).startswith("S") else 0 for _, *rest in FACTS)
_NAMES = tuple(name for name, *_ in FACTS)


def inspected(given: dict[str, Any], items: Sequence[tuple[str, Any]], alive: Alive) -> tuple[dict[int, str], bytes]:
    """The words by place, and what `seen_in` takes apart, of these images: (path, where) each, as in a Picture."""
    import numpy as np
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the header is looked at first, and this process decodes nothing else
    root, quick = place_of(given["root"]), bool(given["quick"])
    facts: list[dict[str, Any]] = []
    says = {}
    for place, (path, where) in enumerate(items):
        alive()
        known, words = look_at(root, Picture(path, where=tuple(where) if where else None), quick)
        facts.append(known)
        if words:
            says[place] = words
    settle(facts)
    rows = [tuple(map(known.get, _NAMES, _EMPTY)) for known in facts]
    return says, np.array(rows, dtype=dtype()).tobytes() + b"".join(known["small"].tobytes() if "small" in known else b"" for known in facts)


def seen_in(payload: bytes, count: int) -> tuple[Any, dict[int, bytes]]:
    """The facts of so many images, and by place the small pictures of those whose pixels were seen."""
    import numpy as np

    columns = np.dtype(dtype())
    facts = np.frombuffer(payload, columns, count)
    places = facts["look"].nonzero()[0].tolist()
    start, each = count * columns.itemsize, SIDE * SIDE
    return facts, {place: payload[start + turn * each : start + (turn + 1) * each] for turn, place in enumerate(places)}


def look_at(root: Path | Remote, picture: Picture, quick: bool) -> tuple[dict[str, Any], str]:
    """The facts of one image, and the decoder's words where there are any."""
    try:
        source = glimpse(root, picture) if quick else entire(root, picture)
        return unsettled(source, len(source.head) < source.size or quick)
    except OSError as problem:
        return {"state": State.UNREADABLE}, problem.strerror or str(problem)
    except MemoryError:
        return {"state": State.TOO_LARGE}, "there was not enough memory to read it"
    except Exception as problem:  # a decoder that fails in a way nobody foresaw costs one file
        return {"state": State.CORRUPT}, f"{type(problem).__name__}: {problem}".partition(" at 0x")[0]

