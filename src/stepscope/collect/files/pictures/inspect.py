"""What an encoded image is: its format, size and mode from its header, and whether all of it is there."""

from __future__ import annotations

import io
import warnings
from typing import Any

from stepscope.evidence import State


def inspect(data: bytes, quick: bool) -> tuple[dict[str, Any], str]:
    """The fields of evidence.images.FACTS that are known, and the decoder's words where there are any."""
    from PIL import Image, UnidentifiedImageError

    facts: dict[str, Any] = {"size": len(data)}
    if not data:
        return {**facts, "state": State.EMPTY}, "holds no byte"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as image:
                facts.update(
                    format=(image.format or "")[:5].encode(), mode=image.mode[:6].encode(), width=image.width, height=image.height,
                    channels=len(image.getbands()), frames=getattr(image, "n_frames", 1), orientation=image.getexif().get(0x0112, 0),
                )  # fmt: skip
                if not quick:
                    image.load()
    except UnidentifiedImageError:
        return {**facts, "state": State.NOT_AN_IMAGE}, "no image format is known that begins like this"
    except Exception as problem:
        state = State.TRUNCATED if "truncated" in str(problem) else State.CORRUPT
        return {**facts, "state": state}, str(problem)
    return {**facts, "state": State.WHOLE}, ""
