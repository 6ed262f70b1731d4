"""Whether two thumbnails show the same picture: re-encoded, resized, slightly cropped or brightened; not another picture of the same scene."""

from __future__ import annotations

from typing import Any

from stepscope.collect.files.pictures.look import SIDE

BLOCK = 8
ROUNDS = 12
"""Steps of the search for the crop."""
PLAIN = 0.4
"""Of an image of little content (a digit, an icon), at least so large a share of blocks is of one grey."""


def in_position(picture: Any, position: int) -> Any:
    """The picture mirrored (1), upside down (2), with rows and columns swapped first (4)."""
    if position & 4:
        picture = picture.T
    if position & 1:
        picture = picture[:, ::-1]
    return picture[::-1] if position & 2 else picture


def same(one: Any, other: Any, small: bool = False) -> bool:
    """Whether two standard thumbnails show the same. `small` asks for the strict proof: of images of few pixels many resemble each other."""
    import numpy as np

    overall, worst = _differ(one, other, np.ones_like(one, bool))
    if overall <= 1.5 and worst <= 3.0:
        return True
    if small or plain(one) > PLAIN or plain(other) > PLAIN:
        return False
    if float(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.6:
        return False
    moved, inside = aligned(one, other)
    contrast = float(one.std())
    overall, worst = _differ(moved, one, inside)
    return bool(inside.mean() > 0.66 and overall <= max(2.0, 0.07 * contrast) and worst <= max(5.0, 0.2 * contrast))


def plain(picture: Any) -> float:
    """The share of blocks of one grey."""
    return float((_blocks(picture).std(axis=(1, 3)) < 3).mean())


def aligned(target: Any, picture: Any) -> tuple[Any, Any]:
    """The picture as it fits the target best after a move and a stretch along each axis and a change of contrast (Lucas and Kanade), and where both overlap."""
    import numpy as np

    place = np.linspace(-1, 1, SIDE)
    x, y = np.meshgrid(place, place)
    moves = np.array([1.0, 0.0, 1.0, 0.0])
    result, inside = picture, np.ones_like(target, bool)
    for _ in range(ROUNDS):
        result, inside = _sampled(picture, moves[0] * x + moves[1], moves[2] * y + moves[3])
        down, across = (slope * (SIDE - 1) / 2 for slope in np.gradient(result))
        system = np.stack([across * x, across, down * y, down, result, np.ones_like(result)], axis=-1)[inside]
        solved = np.linalg.lstsq(system, target[inside], rcond=None)[0]
        gain = solved[4] if abs(solved[4]) > 0.1 else 1.0
        step = np.clip(solved[:4] / gain, -0.1, 0.1)
        moves = np.array([moves[0] * (1 + step[0]), moves[1] + moves[0] * step[1], moves[2] * (1 + step[2]), moves[3] + moves[2] * step[3]])
        if np.abs(step).max() < 1e-3:
            break
    flat = result[inside]
    gain, bias = np.polyfit(flat, target[inside], 1) if flat.std() > 1e-6 else (1.0, 0.0)
    return result * gain + bias, inside


def _sampled(picture: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """The picture at these places (-1 to 1), between pixels; and which of them lie within."""
    column, row = (x + 1) * (SIDE - 1) / 2, (y + 1) * (SIDE - 1) / 2
    inside = (column > 0.5) & (column < SIDE - 1.5) & (row > 0.5) & (row < SIDE - 1.5)
    column, row = column.clip(0, SIDE - 1.001), row.clip(0, SIDE - 1.001)
    left, top = column.astype(int), row.astype(int)
    right, low = column - left, row - top
    above = picture[top, left] * (1 - right) + picture[top, left + 1] * right
    below = picture[top + 1, left] * (1 - right) + picture[top + 1, left + 1] * right
    return above * (1 - low) + below * low, inside


def _differ(one: Any, other: Any, inside: Any) -> tuple[float, float]:
    """The difference overall, and in the block where it is largest (root of the mean square)."""
    import numpy as np

    squares = np.where(inside, one - other, 0.0) ** 2
    return float(squares[inside].mean()) ** 0.5, float(_blocks(squares).mean(axis=(1, 3)).max()) ** 0.5


def _blocks(picture: Any) -> Any:
    return picture.reshape(SIDE // BLOCK, BLOCK, SIDE // BLOCK, BLOCK)
