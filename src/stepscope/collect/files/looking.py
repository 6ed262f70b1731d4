"""The work of one process: images are read and inspected, and their facts packed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stepscope.collect.files.cache import dtype
from stepscope.collect.files.pictures.inspect import inspect
from stepscope.collect.files.pictures.source import Source, glimpse, in_memory
from stepscope.collect.files.reading import Picture, bytes_of
from stepscope.collect.files.tree import PIECE
from stepscope.collect.files.worker import Alive
from stepscope.evidence import FACTS, State

TASK = f"{__name__}:inspected"
MOST_BYTES = 1 << 30
"""Bytes that are read of one file."""
_EMPTY = tuple(b"" if kind[0].startswith("S") else (0, 0) if len(kind) > 1 else 0 for _, *kind in FACTS)
_NAMES = tuple(name for name, *_ in FACTS)


def inspected(given: dict[str, Any], items: Sequence[tuple[str, Any]], alive: Alive) -> tuple[dict[int, str], bytes]:
    """The words by place and the packed facts of these images: (path, where) each, as in a Picture."""
    import numpy as np
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the header is looked at first, and this process decodes nothing else
    root, quick = Path(given["root"]), bool(given["quick"])
    rows, says = [], {}
    for place, (path, where) in enumerate(items):
        alive()
        known, words = look_at(root, Picture(path, where=tuple(where) if where else None), quick)
        rows.append(tuple(known.get(name, empty) for name, empty in zip(_NAMES, _EMPTY, strict=True)))
        if words:
            says[place] = words
    return says, np.array(rows, dtype=dtype()).tobytes()


def look_at(root: Path, picture: Picture, quick: bool) -> tuple[dict[str, Any], str]:
    """The facts of one image, and the decoder's words where there are any."""
    try:
        source: Source = glimpse(root, picture) if quick or _huge(root, picture) else in_memory(bytes_of(root, picture))
        return inspect(source, quick or len(source.head) < source.size)
    except OSError as problem:
        return {"state": State.UNREADABLE}, problem.strerror or str(problem)
    except MemoryError:
        return {"state": State.TOO_LARGE}, "there was not enough memory to read it"
    except Exception as problem:  # a decoder that fails in a way nobody foresaw costs one file
        return {"state": State.CORRUPT}, f"{type(problem).__name__}: {problem}".partition(" at 0x")[0]


def _huge(root: Path, picture: Picture) -> bool:
    """Whether a file has more bytes than an image that can be decoded: its header alone is looked at."""
    whole = os.path.join(root, picture.path)
    return picture.where is None and len(whole) < PIECE and os.stat(whole).st_size > MOST_BYTES
