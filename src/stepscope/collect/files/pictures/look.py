"""What an image looks like, in numbers: its brightness, its sharpness, and hashes that resembling images share."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

SIDE = 32
"""The shortest side that a thumbnail has, where the image has as much."""


def looks(grey: Any) -> dict[str, Any]:
    """The fields of FACTS that a grey thumbnail (H, W) of numbers from 0 to 255 tells. The hashes are never 0, which stands for an image that nobody looked at."""
    import numpy as np

    height, width = grey.shape
    values = grey.astype(np.float32)
    total, flat = np.add.reduce, grey.ravel()
    mean = float(total(values, axis=None)) / values.size
    apart = (values - np.float32(mean)).ravel()
    across, down = np.abs(values[:, 1:] - values[:, :-1]), np.abs(values[1:] - values[:-1])
    steps = float(total(across, axis=None)) + float(total(down, axis=None))
    wide = averages(height, 8) @ values @ averages(width, 9).T
    high = averages(height, 9) @ (values @ averages(width, 8).T)
    bits = np.packbits((wide[:, 1:] > wide[:, :-1], high[1:] > high[:-1])).tobytes()
    return {
        "look": int.from_bytes(bits[:8], "big") or 1,
        "rise": int.from_bytes(bits[8:], "big") or 1,
        "mean": mean,
        "deviation": float(apart @ apart / apart.size) ** 0.5,
        "low": int(np.minimum.reduce(flat)),
        "high": int(np.maximum.reduce(flat)),
        "sharpness": steps / max(across.size + down.size, 1),
    }


@lru_cache(maxsize=4096)
def averages(length: int, parts: int) -> Any:
    """The matrix (parts, length) that averages a row of pixels over equal parts; a pixel on an edge counts for both, by its share."""
    import numpy as np

    edges = np.linspace(0, length, parts + 1)
    places = np.arange(length)
    shares = np.minimum(edges[1:, None], places + 1) - np.maximum(edges[:-1, None], places)
    return (np.clip(shares, 0, None) * (parts / length)).astype(np.float32)
