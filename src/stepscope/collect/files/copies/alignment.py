"""The move, stretch and turn that bring one picture onto another, found from coarse to fine (Lucas and Kanade)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from stepscope.collect.files.pictures.look import averages

STEPS = ((4, 12), (2, 4), (1, 1))
"""How many pixels of a side count as one, and the steps of the search in that size: coarse ones cost little."""
STILL = 2e-4
"""A step of less, in halves of a picture's side, changes nothing that could be seen."""


def aligned(target: Any, picture: Any) -> Any:
    """The matrix (3, 3) that takes places of the target to those of the picture, both square and grey; places count from -1 to 1, x first."""
    import numpy as np

    move = np.eye(3)
    for each, rounds in STEPS:
        coarse, other = (matrix @ side @ matrix.T for matrix in (averages(len(target), len(target) // each),) for side in (target, picture))
        for _ in range(rounds):
            step = _step(coarse, *moved(other, move))
            move = move @ step
            if np.abs(step - np.eye(3)).max() < STILL:
                break
    return move


def moved(picture: Any, move: Any) -> tuple[Any, Any]:
    """What the picture (SIDE, SIDE) of float32 shows at the target's places, between pixels; and which of those lie within it, with all their neighbours."""
    import numpy as np
    from PIL import Image

    side = len(picture)
    (across, aside, right), (down, below, low), _ = move.tolist()
    # Pillow counts pixels from a corner, the middle of the first at 0.5
    right, low = (right + 1 - across - aside) * side / 2, (low + 1 - down - below) * side / 2
    result = Image.fromarray(picture).transform((side, side), Image.Transform.AFFINE, (across, aside, right, down, below, low), Image.Resampling.BILINEAR)
    middle = np.arange(side, dtype=np.float32) + 0.5
    x, y = (row[0] * middle + row[1] * middle[:, None] + row[2] for row in ((across, aside, right), (down, below, low)))
    return np.asarray(result), (x >= 1.5) & (x <= side - 1.5) & (y >= 1.5) & (y <= side - 1.5)


def _step(target: Any, result: Any, inside: Any) -> Any:
    """One more step: the matrix (3, 3) after which the result would fit better, whatever its contrast and brightness."""
    import numpy as np

    side = len(target)
    x, y = _places(side)
    down, across = (slope * (side / 2) for slope in np.gradient(result))
    columns = np.stack([across * x, across * y, across, down * x, down * y, down, result, np.ones_like(result)], axis=-1)[inside]
    square = (columns.T @ columns).astype(np.float64)
    square += np.eye(8) * (1e-9 * np.trace(square) + 1e-9)  # pictures without features
    solved = np.linalg.solve(square, (columns.T @ target[inside]).astype(np.float64))
    gain = solved[6] if abs(solved[6]) > 0.1 else 1.0
    step = np.eye(3)
    step[:2] += np.clip(solved[:6] / gain, -0.1, 0.1).reshape(2, 3)
    return step


@lru_cache(maxsize=8)
def _places(side: int) -> Any:
    """The middles of the pixels, (2, SIDE, SIDE), from -1 to 1."""
    import numpy as np

    place = ((np.arange(side, dtype=np.float32) + 0.5) * 2 / side) - 1
    return np.meshgrid(place, place)
