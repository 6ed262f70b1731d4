"""Whether two images that look alike when small show the same when looked at closely: a copy has the details of its origin, in its colours.

Two parts of one kind in the same pose differ in a scratch, a needle, a print, the grain of a surface, or in colour alone. A copy that was re-encoded, resized, cropped, turned
a little, toned or made noisy differs a little everywhere, most where the picture changes fast.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from stepscope.collect.files.copies.alignment import aligned, moved
from stepscope.collect.files.copies.planes import SIDE, around, deviation, grey, means_of, soft, steepness
from stepscope.collect.files.copies.retouch import beyond_clipping, hues_of, toned, unclipped

OVERLAP = 0.67
"""What both must show, as a share of what either shows (intersection over union); the outermost pixels are not counted."""
LOCAL = 1.7
"""How much a block may differ, in units of what is usual for one like it: copies did by up to 1.6, but for some that were turned, cropped or blurred; plates with another scratch of two pixels in 512 by 1.7 to 6."""
RETONED = 25.0
"""How much a grey copy may be brighter or darker: what was another colour has another grey."""
GRAIN = 1.0
"""What remains in textured blocks, in units of their own deviation: of copies up to 0.8, of surfaces with another grain 1.3 and more."""
COLOUR = 15.0
"""Difference in colour of three blocks by three, after a change of saturation and white balance."""
FEATURES, STILL = 0.2, 0.01
"""The share of blocks with something in them below which a picture may not be moved: a disc fits a larger one, two strokes each other."""


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
    target, picture = soft(grey(one)), soft(grey(other))
    move = aligned(target, picture)
    picture, inside = moved(picture, move)
    both = float(inside.mean())
    if both < OVERLAP * (1 + 1 / max(abs(float(np.linalg.det(move))), 1e-6) - both):
        return False
    means = partial(means_of, counted=inside)
    if _features(target, means) < FEATURES and np.abs(move - np.eye(3)).max() > STILL:
        return False
    other = np.stack([moved(channel, move)[0] for channel in other])
    fair = inside & unclipped(one) & unclipped(other)
    fair = fair if fair.mean() > 0.3 else inside
    fitted = np.where(inside, toned(picture, target, fair), target)
    hues, coloured = hues_of(one, other, fair)
    if coloured == 1 and np.abs(fitted - picture)[inside].max() > RETONED:
        return False
    apart = np.where(inside, beyond_clipping(fitted + hues - one, one, other), 0)
    left = soft(grey(apart))
    return _local(left, target, fitted, means) <= LOCAL and _grain(left, target, fitted, means) <= GRAIN and (coloured < 2 or _tint(apart, means) <= COLOUR)


def _local(left: Any, target: Any, fitted: Any, means: Any) -> float:
    """The most that a block differs, beside what blocks differ in the middle and what this one may for being sharper in one picture or a little aside."""
    import numpy as np

    apart = means(left**2) ** 0.5
    steep = (means(steepness(target)) * means(steepness(fitted))) ** 0.25
    return float(np.nanmax(apart / (2.0 + np.nanmedian(apart) + 0.4 * steep)))


def _grain(left: Any, target: Any, fitted: Any, means: Any) -> float:
    """What a textured block differs, in the middle, in units of its own deviation."""
    import numpy as np

    own = np.minimum(deviation(target, means), deviation(fitted, means))
    textured = own > 1.5
    return float(np.median(means(left**2)[textured] ** 0.5 / own[textured])) if textured.sum() > 10 else 0.0


def _features(target: Any, means: Any) -> float:
    """The share of blocks that are not of one grey."""
    return float((deviation(target, means) >= 3).mean())


def _tint(apart: Any, means: Any) -> float:
    """The most that areas of three blocks by three differ in colour."""
    import numpy as np

    left = [means(apart[channel] - grey(apart)) for channel in (0, 2)]
    known = np.isfinite(left[0])
    count = around(known.astype(float)).clip(1)
    return float(np.hypot(*(around(np.where(known, each, 0.0)) / count for each in left))[known].max())
