"""What an image looks like, in numbers: its brightness, hashes that resembling images share, and the small picture by which near copies are told."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

SIDE = 48
"""Rows and columns of the small picture. The shortest side of a thumbnail has as many pixels, where the image has."""


def looks(grey: Any) -> dict[str, Any]:
    """The fields of FACTS that a grey thumbnail (H, W) of numbers from 0 to 255 tells, and `small`."""
    facts: dict[str, Any] = {"low": int(grey.min()), "high": int(grey.max()), "grey": grey}
    settle([facts])
    return facts


def settle(all_facts: Iterable[dict[str, Any]]) -> None:
    """Put the looks in the place of the thumbnails (`grey`) that these facts hold; those of one size at once, which costs a third."""
    sizes: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for facts in all_facts:
        if "grey" in facts:
            sizes.setdefault(facts["grey"].shape, []).append(facts)
    for several in sizes.values():
        _settle(several)


def _settle(several: list[dict[str, Any]]) -> None:
    """Hashes are never 0, which stands for an image that nobody looked at."""
    values = np.array([facts.pop("grey") for facts in several], dtype=np.float32)
    count, height, width = values.shape
    level = values.reshape(count, -1)
    mean = level.sum(axis=1, dtype=np.float64) / level.shape[1]
    squares = np.einsum("ij,ij->i", level, level, dtype=np.float64) / level.shape[1]
    wide = averages(height, 8) @ values @ averages(width, 9).T
    high = averages(height, 9) @ (values @ averages(width, 8).T)
    columns = {
        "look": np.maximum(_bits(wide[:, :, 1:] > wide[:, :, :-1]), 1), "rise": np.maximum(_bits(high[:, 1:] > high[:, :-1]), 1),
        "mean": mean, "deviation": np.sqrt(np.maximum(squares - mean * mean, 0)),
    }  # fmt: skip
    for name, column in columns.items():
        for facts, value in zip(several, column.tolist(), strict=True):
            facts[name] = value
    for facts, small in zip(several, standard(values), strict=True):
        facts["small"] = small


def standard(values: Any) -> Any:
    """Thumbnails (N, H, W) brought to (N, SIDE, SIDE), in whole numbers."""
    return (_soft(values.shape[1]) @ values @ _soft(values.shape[2]).T + 0.5).astype(np.uint8)


@lru_cache(maxsize=1024)
def _soft(length: int) -> Any:
    """The matrix (SIDE, length) that averages, and mixes each average with its neighbours: what is finer depends on how an image was made smaller."""
    mixing = (2 * np.eye(SIDE) + np.eye(SIDE, k=1) + np.eye(SIDE, k=-1)) / 4
    mixing[[0, -1], [0, -1]] = 0.75
    return (mixing @ averages(length, SIDE)).astype(np.float32)


def _bits(larger: Any) -> Any:
    """64 truths of each image as one number."""
    return np.packbits(larger.reshape(-1, 64), axis=1).view(">u8").ravel()


@lru_cache(maxsize=1024)
def averages(length: int, parts: int) -> Any:
    """The matrix (parts, length) that averages a row of pixels over equal parts; a pixel on an edge counts for both, by its share."""
    edges = np.linspace(0, length, parts + 1)
    places = np.arange(length)
    shares = np.minimum(edges[1:, None], places + 1) - np.maximum(edges[:-1, None], places)
    return (np.clip(shares, 0, None) * (parts / length)).astype(np.float32)
