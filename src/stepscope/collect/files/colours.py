"""The mean and deviation of each channel, which normalisation needs."""

from __future__ import annotations

from typing import Any

from stepscope.collect.files.decoding import decoded
from stepscope.collect.files.reading import Reading, bytes_of
from stepscope.collect.files.thumbnails import is_showable
from stepscope.evidence import Colours, Images, State

SAMPLE = 256
"""Images that are read again."""
PIXELS = 250_000
"""Pixels of one image that are taken, evenly spread."""


def colours_of(reading: Reading, images: Images) -> Colours | None:
    """Over images evenly spread over the training split, or over all where there is none; None where no image could be read."""
    import numpy as np

    train = images.splits.index("train") if "train" in images.splits else None
    usable = np.flatnonzero(images.facts["state"] == State.WHOLE)
    rows = usable if train is None else usable[images.split[usable] == train]
    rows = rows if len(rows) else usable
    chosen = [rows[place] for place in np.unique(np.linspace(0, len(rows) - 1, min(SAMPLE, len(rows))).astype(int))] if len(rows) else []
    pictures = {picture.path: picture for picture in reading.pictures}
    count, sums, squares = 0, np.zeros(3), np.zeros(3)
    for row in chosen:
        pixels = _pixels(reading, pictures[images.paths[row]]) if is_showable(images.facts[row]) else None
        if pixels is not None:
            # each image weighs the same, whatever its size: so it does in training, where all are brought to one
            sums += pixels.mean(0)
            squares += (pixels**2).mean(0)
            count += 1
    if not count:
        return None
    mean = sums / count
    deviation = np.sqrt(np.maximum(squares / count - mean**2, 0))
    which = f"all {count:,}" if count == len(rows) else f"{count:,} of {len(rows):,}, evenly spread"
    of = f"images{' of train' if train is not None else ''}: {which}"
    return Colours(tuple(mean.tolist()), tuple(deviation.tolist()), count, of)


def _pixels(reading: Reading, picture: Any) -> Any:
    import numpy as np

    try:
        pixels = np.asarray(decoded(bytes_of(reading.root, picture))).reshape(-1, 3)
    except Exception:
        return None
    return pixels[:: max(1, len(pixels) // PIXELS)] / 255.0
