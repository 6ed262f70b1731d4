"""Small pictures of images, as data URIs."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from typing import Any

from stepscope.collect.files.decoding import decoded
from stepscope.collect.files.reading import Reading, bytes_of
from stepscope.evidence import Images, State, Thumbnail

SIDE = 96
"""Pixels of the longer side."""
LARGEST = 60_000_000
"""Pixels of an image that is decoded for a small picture."""
SHOWABLE = (State.WHOLE, State.TRUNCATED, State.NO_END, State.TRAILING)
"""States in which decoding is known to do no harm."""


def thumbnails_of(wanted: Iterable[str], reading: Reading, images: Images) -> dict[str, Thumbnail]:
    """A thumbnail of each of these images that can be decoded, or of as much of it as can."""
    rows = {path: row for row, path in enumerate(images.paths)}
    pictures = {picture.path: picture for picture in reading.pictures}
    found = {}
    for path in wanted:
        row = rows.get(path)
        if row is None or not is_showable(images.facts[row]):
            continue
        try:
            found[path] = _thumbnail(bytes_of(reading.root, pictures[path]))
        except Exception:
            continue
    return found


def is_showable(facts: Any) -> bool:
    """Whether an image was decoded before, and is of a size that does not fill the memory."""
    return int(facts["state"]) in SHOWABLE and 0 < int(facts["width"]) * int(facts["height"]) <= LARGEST


def _thumbnail(data: bytes) -> Thumbnail:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as header:
        width, height = header.size
    image = decoded(data, SIDE)
    image.thumbnail((SIDE, SIDE))
    target = io.BytesIO()
    image.save(target, "JPEG", quality=72, optimize=True)
    return Thumbnail(width, height, "data:image/jpeg;base64," + base64.b64encode(target.getvalue()).decode("ascii"))
