"""Whether two images that look alike when small show the same when looked at closely: a copy has the details of its origin, in its colours.

Two parts of one kind in the same pose differ in a scratch, a needle, a print, the grain of a surface, or in colour alone. A copy that was re-encoded, resized, cropped, turned
a little, toned or made noisy differs a little everywhere, most where the picture changes fast.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from stepscope.collect.files.alignment import aligned, moved
from stepscope.collect.files.pictures.look import averages

SIDE = 192
"""Rows and columns in which images are compared."""
BLOCK = 8
OVERLAP = 0.67
"""What both must show, as a share of what either shows (intersection over union); the outermost pixels are not counted."""
LOCAL = 1.7
"""How much a block may differ, in units of what is usual for one like it: of 1,080 changed copies five in a hundred differ by more, those with another scratch of two pixels in 512 by 1.7 to 6."""
GRAIN = 1.0
"""What remains in textured blocks, in units of their own deviation: of copies up to 0.8, of surfaces with another grain 1.4 and more."""
COLOUR = 15.0
"""Difference in colour of three blocks by three, after a change of saturation and white balance."""
SATURATION, BALANCE, CAST = (0.45, 2.2), 0.15, 25.0
"""How far these may have changed: the saturation, the gain of a channel, and what was added to it. Beyond it, two things have different colours."""
COLOURLESS = 2.5
FEATURES, STILL = 0.2, 0.01
"""The share of blocks with something in them below which a picture may not be moved: a disc fits a larger one, two strokes each other."""
DARK, LIGHT = 5, 250
"""What is darker or lighter may have been clipped, and tells nothing."""


def detailed(data: bytes) -> Any:
    """An encoded image as (SIDE, SIDE, 3) in RGB, from 0 to 255. Raises whatever a decoder raises."""
    import numpy as np
    from PIL import Image

    from stepscope.collect.files.decoding import decoded

    image = decoded(data, SIDE // 2)
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BILINEAR))


def shows_the_same(one: Any, other: Any) -> bool:
    """Whether two images, as `detailed` gives them, show the same."""
    import numpy as np

    one, other = (np.ascontiguousarray(each.transpose(2, 0, 1), dtype=np.float32) for each in (one, other))
    target, picture = _soft(_grey(one)), _soft(_grey(other))
    move = aligned(target, picture)
    picture, inside = moved(picture, move)
    both = float(inside.mean())
    if both < OVERLAP * (1 + 1 / max(abs(float(np.linalg.det(move))), 1e-6) - both):
        return False
    other = np.stack([moved(channel, move)[0] for channel in other])
    legible = inside & _unclipped(one) & _unclipped(other)
    means = partial(_means, counted=legible if legible.mean() > 0.3 else inside)
    fitted = np.where(inside, _toned(picture, target, means.keywords["counted"]), target)
    if _features(target, means) < FEATURES and np.abs(move - np.eye(3)).max() > STILL:
        return False
    return _local(target, fitted, means) <= LOCAL and _grain(target, fitted, means) <= GRAIN and _tint(one, other, means) <= COLOUR


def _toned(picture: Any, target: Any, counted: Any) -> Any:
    """The picture in the tones of the target: brightness, contrast and gamma are no difference."""
    import numpy as np

    some = counted[::3, ::3]
    flat = picture[::3, ::3][some]
    return np.polyval(np.polyfit(flat, target[::3, ::3][some], 2), picture).astype(np.float32) if flat.std() > 1e-3 else picture


def _local(target: Any, fitted: Any, means: Any) -> float:
    """The most that a block differs, beside what blocks differ in the middle and what this one may for being sharper in one picture or a little aside."""
    import numpy as np

    apart = means(_soft(fitted - target) ** 2) ** 0.5
    steep = (means(_steepness(target)) * means(_steepness(fitted))) ** 0.25
    return float(np.nanmax(apart / (2.0 + np.nanmedian(apart) + 0.4 * steep)))


def _grain(target: Any, fitted: Any, means: Any) -> float:
    """What a textured block differs, in the middle, in units of its own deviation."""
    import numpy as np

    apart = means(_soft(fitted - target) ** 2) ** 0.5
    own = np.minimum(_deviation(target, means), _deviation(fitted, means))
    textured = own > 1.5
    return float(np.median(apart[textured] / own[textured])) if textured.sum() > 10 else 0.0


def _features(target: Any, means: Any) -> float:
    """The share of blocks that are not of one grey."""
    return float((_deviation(target, means) >= 3).mean())


def _deviation(values: Any, means: Any) -> Any:
    return (means(values**2) - means(values) ** 2).clip(0) ** 0.5


def _tint(one: Any, other: Any, means: Any) -> float:
    """The most that areas differ in colour, where both pictures have any: a copy may be grey."""
    import numpy as np

    ones, others = (np.stack([means(_soft(each[channel] - _grey(each))) for channel in (0, 2)]) for each in (one, other))
    if min(np.nanmax(np.abs(each)) for each in (ones, others)) < COLOURLESS:
        return 0.0
    left = ones - _recoloured(ones, others, np.stack([means(other[channel]) for channel in (0, 2)]))
    known = np.isfinite(left[0])
    count = _around(known.astype(float))
    return float(np.hypot(*(_around(np.where(known, each, 0.0)) / count.clip(1) for each in left))[known].max())


def _recoloured(ones: Any, others: Any, levels: Any) -> Any:
    """The colours of the others (2, N, N: red and blue beside grey) with the saturation and the white balance of the ones, as far as these may have changed. `levels`: of red and blue."""
    import numpy as np

    known = np.isfinite(ones[0])
    (red, blue), (high, low) = others[:, known], levels[:, known]
    none, same = np.zeros_like(red), np.ones_like(red)
    columns = np.concatenate([np.stack([red, high, none, same, none], axis=1), np.stack([blue, none, low, none, same], axis=1), np.diag([30.0, 300.0, 300.0, 0.0, 0.0])])
    solved = np.linalg.lstsq(columns, np.concatenate([*ones[:, known], [30.0, 0.0, 0.0, 0.0, 0.0]]), rcond=None)[0]
    changed = np.clip(solved[0], *SATURATION) * others + np.clip(solved[1:3], -BALANCE, BALANCE)[:, None, None] * levels
    return changed + np.clip(np.nanmedian(ones - changed, axis=(1, 2), keepdims=True), -CAST, CAST)


def _means(values: Any, counted: Any) -> Any:
    """Of each block the mean of what counts; not a number where less than half does."""
    import numpy as np

    share = _blocks(counted)
    return np.where(share > 0.5, _blocks(np.where(counted, values, 0)) / share.clip(0.5), np.nan)


def _blocks(values: Any) -> Any:
    """Of each block the mean."""
    matrix = averages(SIDE, SIDE // BLOCK)
    return matrix @ values.astype(matrix.dtype, copy=False) @ matrix.T


def _around(values: Any) -> Any:
    """The sum of three by three."""
    import numpy as np

    padded = np.pad(values, 1)
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]


def _steepness(values: Any) -> Any:
    import numpy as np

    down, across = np.gradient(values)
    return down**2 + across**2


def _soft(values: Any) -> Any:
    """Each pixel mixed with its neighbours: what is finer is noise."""
    import numpy as np

    padded = np.pad(values, 1, mode="edge")
    rows = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    return (rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 4


def _grey(colours: Any) -> Any:
    return 0.299 * colours[0] + 0.587 * colours[1] + 0.114 * colours[2]


def _unclipped(colours: Any) -> Any:
    return (colours.min(axis=0) > DARK) & (colours.max(axis=0) < LIGHT)
