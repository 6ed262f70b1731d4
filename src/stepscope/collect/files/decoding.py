"""An encoded image as pixels in RGB."""

from __future__ import annotations

import io
import warnings
from typing import Any


def decoded(data: bytes, side: int | None = None) -> Any:
    """The image, in RGB, transparent parts over white; of a truncated one what there is. `side`: about how many pixels are needed. Raises whatever a decoder raises."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = Image.open(io.BytesIO(data))
        if side:
            image.draft("RGB", (side * 2, side * 2))
        try:
            image.load()
        except OSError:
            image.tile = []  # else every later use would decode it again, and stop at the same byte
        return over_white(image)


def over_white(image: Any) -> Any:
    """The image in RGB; transparent parts over white, and the upper 8 of 16 bits."""
    from PIL import Image

    if image.mode.startswith("I;16"):
        import numpy as np

        image = Image.fromarray((np.asarray(image) >> 8).astype("uint8"))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image)
        image = ground
    return image if image.mode == "RGB" else image.convert("RGB")
