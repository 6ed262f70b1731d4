"""What an image looks like, in numbers: its brightness, hashes that resembling images share, and the small picture by which near copies are told."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

SIDE = 48
"""Rows and columns of the small picture. The shortest side of a thumbnail has as many pixels, where the image has."""
CELLS = (1, 8 / 7, 8 / 6, 8 / 5, 2, 8 / 3, 3, 4, 5, 6, 7, 8)
"""Rows of an image that one row of its thumbnail may stand for: eighths of libjpeg's, whole numbers of Pillow's."""


def looks(grey: Any) -> dict[str, Any]:
    """What a grey thumbnail (H, W) of numbers from 0 to 255 tells; `settle` makes the rest of it."""
    return {"low": int(grey.min()), "high": int(grey.max()), "grey": grey}


def settle(all_facts: Iterable[dict[str, Any]]) -> None:
    """Put the looks and `small` in the place of the thumbnails (`grey`) that these facts hold; those of one size at once, which costs a third."""
    sizes: dict[tuple[float, ...], list[dict[str, Any]]] = {}
    for facts in all_facts:
        if "grey" in facts:
            high, wide = facts["grey"].shape
            sizes.setdefault((high, wide, extent(high, facts["height"]), extent(wide, facts["width"])), []).append(facts)
    for (*_, high, wide), several in sizes.items():
        _settle(several, high, wide)


@lru_cache(maxsize=1024)
def extent(length: int, pixels: int) -> float:
    """How many rows of a thumbnail the image fills: the last one reaches beyond it where the side is no multiple. In the same way for columns."""
    return next((pixels / cell for cell in CELLS if cell * length >= pixels), length)


def _settle(several: list[dict[str, Any]], rows: float, columns: float) -> None:
    """Hashes are never 0, which stands for an image that nobody looked at."""
    values = np.array([facts.pop("grey") for facts in several], dtype=np.float32)
    count, height, width = values.shape
    level = values.reshape(count, -1)
    mean = level.sum(axis=1, dtype=np.float64) / level.shape[1]
    squares = np.einsum("ij,ij->i", level, level, dtype=np.float64) / level.shape[1]
    wide = averages(height, 8, rows) @ values @ averages(width, 9, columns).T
    high = averages(height, 9, rows) @ (values @ averages(width, 8, columns).T)
    told = {
        "look": np.maximum(_bits(wide[:, :, 1:] > wide[:, :, :-1]), 1), "rise": np.maximum(_bits(high[:, 1:] > high[:, :-1]), 1),
        "mean": mean, "deviation": np.sqrt(np.maximum(squares - mean * mean, 0)),
    }  # fmt: skip
    for name, column in told.items():
        for facts, value in zip(several, column.tolist(), strict=True):
            facts[name] = value
    for facts, small in zip(several, standard(values, rows, columns), strict=True):
        facts["small"] = small


def standard(values: Any, rows: float, columns: float) -> Any:
    """Thumbnails (N, H, W), of which the image fills so many rows and columns, brought to (N, SIDE, SIDE), in whole numbers."""
    return (_soft(values.shape[1], rows) @ values @ _soft(values.shape[2], columns).T + 0.5).astype(np.uint8)


@lru_cache(maxsize=1024)
def _soft(length: int, filled: float) -> Any:
    """The matrix (SIDE, length) that averages, and mixes each average with its neighbours: what is finer depends on how an image was made smaller."""
    mixing = (2 * np.eye(SIDE) + np.eye(SIDE, k=1) + np.eye(SIDE, k=-1)) / 4
    mixing[[0, -1], [0, -1]] = 0.75
    return (mixing @ averages(length, SIDE, filled)).astype(np.float32)


def _bits(larger: Any) -> Any:
    """64 truths of each image as one number."""
    return np.packbits(larger.reshape(-1, 64), axis=1).view(">u8").ravel()


@lru_cache(maxsize=1024)
def averages(length: int, parts: int, filled: float = 0) -> Any:
    """The matrix (parts, length) that averages a row of pixels, or as many of it as are filled, over equal parts; a pixel on an edge counts for both, by its share."""
    filled = filled or length
    edges = np.linspace(0, filled, parts + 1)
    places = np.arange(length)
    shares = np.minimum(edges[1:, None], places + 1) - np.maximum(edges[:-1, None], places)
    return (np.clip(shares, 0, None) * (parts / filled)).astype(np.float32)
