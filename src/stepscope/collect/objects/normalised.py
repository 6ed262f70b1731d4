"""Whether an image was normalised with statistics of another range, or twice: undone, its values are whole pixels again."""

from __future__ import annotations

from typing import Any

STATISTICS = (((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)), ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)))
"""Means and deviations that are in everyone's code: ImageNet's, and those that bring 0..1 to -1..1."""
NEAR = 0.02
"""How far from a whole number a pixel may be after float32."""
DARK = 1 / 250
"""What an image does not pass that was divided by 255 twice. One that is nearly black does not either, but holds nothing between 0 and 1/255."""
FEWEST, MOST = 64, 4096
"""Pixels of a channel from which on all of them being whole is no accident, and how many are looked at, spread over it."""


def normalised(image: Any) -> str:
    """"raw" where 0..255 was normalised as if it were 0..1, "twice" where what was normalised was so again, "divided" where it was divided by 255 twice, "" otherwise.

    `image` is an array of finite floats of three axes, channels first or last. Resized images are not told of: their values lie between.
    """
    if image.size >= FEWEST and image.min() >= 0 and 0 < image.max() <= DARK:
        return "divided" if _whole(image * 255.0 * 255) and not _whole(image * 255.0) else ""
    if image.ndim != 3 or 3 not in (image.shape[0], image.shape[-1]) or (image.min() > -3.0 and image.max() < 3.0):
        return ""
    channels = (image if image.shape[0] == 3 else image.transpose(2, 0, 1)).reshape(3, -1)
    channels = channels[:, :: max(1, channels.shape[1] // MOST)]
    if channels.shape[1] < FEWEST or (channels.min(axis=1) == channels.max(axis=1)).any():
        return ""
    for means, deviations in STATISTICS:
        once = _undone(channels, means, deviations)
        if _whole(once) and once.max() > 1.5:
            return "raw"
        if _whole(_undone(once, means, deviations) * 255):
            return "twice"
    return ""


def _undone(channels: Any, means: tuple[float, ...], deviations: tuple[float, ...]) -> Any:
    import numpy as np

    return channels.astype("f8") * np.array(deviations)[:, None] + np.array(means)[:, None]


def _whole(values: Any) -> bool:
    """Whether these are pixels from 0 to 255."""
    import numpy as np

    return bool(values.min() > -NEAR and values.max() < 255 + NEAR and (abs(values - np.round(values)) < NEAR).all())
