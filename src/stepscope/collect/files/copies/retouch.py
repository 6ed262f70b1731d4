"""What a copy may have changed without showing anything else: its tones, its colours to some degree, and what was clipped."""

from __future__ import annotations

from typing import Any

from stepscope.collect.files.copies.planes import grey, means_of

SATURATION, BALANCE, CAST = (0.45, 2.2), 0.15, 25.0
"""How far these may have changed: the saturation, the gain of a channel, and what was added to it. Beyond it, two things have different colours."""
COLOURLESS = 2.5
"""Beside grey, in a picture without colour."""
DARK, LIGHT = 5, 250
"""What is darker or lighter may have been clipped, and tells nothing."""


def toned(picture: Any, target: Any, fair: Any) -> Any:
    """The picture in the tones of the target: brightness, contrast and gamma are no difference."""
    import numpy as np

    some = fair[::3, ::3]
    flat = picture[::3, ::3][some]
    tones = np.linalg.lstsq(np.vander(flat, 3), target[::3, ::3][some], rcond=None)[0]
    return np.polyval(tones, picture).astype(np.float32)


def hues_of(one: Any, other: Any, fair: Any) -> tuple[Any, int]:
    """What red, green and blue of the other lie above its grey, with the saturation and the white balance of the one as far as these may have changed; and how many of both have colours."""
    import numpy as np

    ones, others = one - grey(one), other - grey(other)
    target, hues, levels = (np.stack([means_of(channel, fair) for channel in each]) for each in (ones, others, other))
    known = np.isfinite(target[0])
    coloured = sum(bool((np.abs(each[:, known]) >= COLOURLESS).any()) for each in (target, hues))
    if coloured < 2:
        return ones, coloured
    own = np.eye(3)
    columns = [np.column_stack([hues[channel][known], levels[channel][known][:, None] * own[channel], np.tile(own[channel], (known.sum(), 1))]) for channel in range(3)]
    usual = np.diag([30.0, 300.0, 300.0, 300.0, 0.0, 0.0, 0.0])
    solved = np.linalg.lstsq(np.concatenate([*columns, usual]), np.concatenate([*target[:, known], [30.0, 0, 0, 0, 0, 0, 0]]), rcond=None)[0]
    gains = np.clip(solved[1:4], -BALANCE, BALANCE)
    saturation = float(np.clip(solved[0], *SATURATION))
    cast = np.clip(np.nanmedian(target - saturation * hues - gains[:, None, None] * levels, axis=(1, 2)), -CAST, CAST)
    return (saturation * others + gains[:, None, None] * other + cast[:, None, None]).astype(np.float32), coloured


def beyond_clipping(apart: Any, one: Any, other: Any) -> Any:
    """What remains of a difference where a value was clipped, and may have been any that is further out."""
    import numpy as np

    may_be_less = (one >= LIGHT) | (other <= DARK)  # the one lies above what is known of it, or the other below
    may_be_more = (one <= DARK) | (other >= LIGHT)
    apart = np.where(may_be_less, np.minimum(apart, 0), apart)
    return np.where(may_be_more, np.maximum(apart, 0), apart)


def unclipped(colours: Any) -> Any:
    return (colours.min(axis=0) > DARK) & (colours.max(axis=0) < LIGHT)
