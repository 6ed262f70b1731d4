"""Images of a data set that differ from the others, or from what the model takes, in the number of channels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stepscope.evidence import Expected, Images
from stepscope.finding import Severity
from stepscope.rules.found import legible

_BANDS = {b"1": 1, b"L": 1, b"I;16": 1, b"LA": 2, b"RGB": 3, b"P": 3, b"RGBA": 4, b"RGBX": 4}
"""Channels by mode. A palette stands for colours; CMYK is an unusual mode, not a fourth channel."""


def odd_ones(images: Images, expected: Expected) -> Iterator[tuple[int, int, Severity, Any]]:
    """Channels that some images have, those that are needed or usual, how grave that is, and the rows."""
    import numpy as np

    bands = np.zeros(len(images), np.uint8)
    for mode, count in _BANDS.items():
        bands[images.facts["mode"] == mode] = count
    known = legible(images) & (bands > 0)
    if not known.any():
        return
    usual = expected.channels or int(np.bincount(bands[known]).argmax())
    for count in sorted(set(bands[known].tolist()) - {usual}):
        rows = (known & (bands == count)).nonzero()[0]
        palette = images.facts["mode"][rows] == b"P"
        if expected.channels is None and palette.all():
            continue
        opaque = bool((images.facts["mode"][rows] == b"RGBX").all())
        yield count, usual, Severity.ERROR if expected.channels else Severity.NOTE if opaque else Severity.WARNING, rows
