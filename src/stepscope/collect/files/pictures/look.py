"""What an image looks like, in numbers: its brightness, its sharpness, and hashes that resembling images share."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

SIDE = 32
"""The shortest side that a thumbnail has, where the image has as much."""


def looks(grey: Any) -> dict[str, Any]:
    """The fields of FACTS that a grey thumbnail (H, W) of numbers from 0 to 255 tells."""
    import numpy as np

    height, width = grey.shape
    values = grey.astype(np.float32)
    mean = values.mean()
    flat = values.ravel() - mean
    across, down = values[:, 1:] - values[:, :-1], values[1:] - values[:-1]
    sharpness = (np.abs(across, out=across).sum() + np.abs(down, out=down).sum()) / max(across.size + down.size, 1)
    eight_down, nine_across = _averages(height, 8) @ values, _averages(width, 9)
    wide = eight_down @ nine_across.T
    high = _averages(height, 9) @ (values @ _averages(width, 8).T)
    return {
        "look": _bits(wide[:, 1:] > wide[:, :-1]),
        "rise": _bits(high[1:] > high[:-1]),
        "mean": float(mean),
        "deviation": float(np.sqrt(flat @ flat / flat.size)),
        "low": int(grey.min()),
        "high": int(grey.max()),
        "sharpness": float(sharpness),
    }


def _bits(larger: Any) -> int:
    """64 truths as one number; never 0, which stands for an image that nobody looked at."""
    import numpy as np

    return int.from_bytes(np.packbits(larger).tobytes(), "big") or 1


@lru_cache(maxsize=4096)
def _averages(length: int, parts: int) -> Any:
    """The matrix (parts, length) that averages a row of pixels over equal parts; a pixel on an edge counts for both, by its share."""
    import numpy as np

    edges = np.linspace(0, length, parts + 1)
    places = np.arange(length)
    shares = np.minimum(edges[1:, None], places + 1) - np.maximum(edges[:-1, None], places)
    return (np.clip(shares, 0, None) * (parts / length)).astype(np.float32)
