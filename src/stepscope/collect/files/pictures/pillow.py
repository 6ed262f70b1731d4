"""Images by Pillow: the formats that have no decoder of their own here."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stepscope.collect.files.pictures.look import SIDE, looks
from stepscope.collect.files.pictures.source import Source
from stepscope.evidence import State

MOST_PIXELS = 178_956_970
"""Pillow stops at twice its MAX_IMAGE_PIXELS."""
MOST_DECODED = 50_000_000
"""Pixels of an image that is decoded at full size to be looked at."""
_DAMAGE = ("truncated", "corrupt")
_BITS = {"1": 1, "I;16": 16, "I;16B": 16, "I;16L": 16, "I": 32, "F": 32}
Verdict = tuple[dict[str, Any], str]


def inspect(source: Source, quick: bool) -> Verdict:
    """The fields of FACTS, and the decoder's words where there are any. Raises UnidentifiedImageError where the format is unknown."""
    from PIL import Image, UnidentifiedImageError

    facts: dict[str, Any] = {}
    try:
        with heard() as said, source.file() as file, Image.open(file) as image:
            facts = header_of(image, quick)
            if image.width * image.height > MOST_PIXELS:
                return {**facts, "state": State.TOO_LARGE}, f"{image.width}x{image.height} pixels in {source.size:,} bytes"
            if not quick:
                facts.update(looks_of(image))
            facts["state"] = State.WHOLE
    except UnidentifiedImageError:
        raise
    except Image.DecompressionBombError as problem:
        return {**facts, "state": State.TOO_LARGE}, str(problem)
    except MemoryError:
        return {**facts, "state": State.TOO_LARGE}, "there was not enough memory to decode it"
    except Exception as problem:
        return {**facts, "state": state_of(str(problem))}, _plain(problem)
    damage = [words for words in said if any(sign in words.lower() for sign in _DAMAGE) and "exif" not in words.lower()]
    if damage:
        return {**facts, "state": state_of(damage[0])}, damage[0]
    return facts, ""


def header_of(image: Any, quick: bool) -> dict[str, Any]:
    """What the header tells; of an animation, frames are counted (2 stands for several with `quick`, as GIF files do not say how many)."""
    bits = _BITS.get(image.mode, 8)
    frames = 1 + bool(getattr(image, "is_animated", False)) if quick else getattr(image, "n_frames", 1)
    return {
        "format": (image.format or "")[:5].encode(), "mode": image.mode[:6].encode(), "width": image.width, "height": image.height,
        "channels": len(image.getbands()), "bits": bits, "frames": frames, "orientation": _orientation(image),
    }  # fmt: skip


def _orientation(image: Any) -> int:
    noted = image.getexif().get(0x0112, 0)
    return noted if isinstance(noted, int) and 0 <= noted <= 8 else 0


def looks_of(image: Any) -> dict[str, Any]:
    """The looks of an open image, all of which is decoded; with the mode where only its pixels tell it."""
    if image.width * image.height > MOST_DECODED:
        image.load()
        return {}
    told = {**looks(grey_of(image)), "top": _top(image)}
    if told["low"] == told["high"]:
        ends = image.convert("L").getextrema() if image.mode not in ("F", "I") else (told["low"], told["high"])
        told.update(low=int(ends[0]), high=int(ends[1]))
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        told["mode"] = b"RGBX"
    return told


def _top(image: Any) -> int:
    """The largest number in a pixel, as FACTS has it; 0 where pixels hold no numbers as they were written."""
    import numpy as np

    if image.format in ("JPEG", "MPO", "WEBP") or image.mode not in ("L", "P", "I;16"):
        return 0
    if image.mode == "I;16":
        values = np.asarray(image)
        return int(values.max(initial=0, where=values != 65535))
    return max((value for value, count in enumerate(image.histogram()[:255]) if count), default=0)


def grey_of(image: Any, side: int = SIDE) -> Any:
    """The thumbnail (H, W) of an open image, in grey from 0 to 255: an eighth of its size, larger where that is very small."""
    import numpy as np
    from PIL import Image

    image.load()
    factor = max(1, min(8, min(image.size) // side))
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, dtype=np.float32)
        low, high = float(values.min()), float(values.max())
        scale = 255 / 65535 if image.mode.startswith("I") and low >= 0 and high <= 65535 else 255 / max(high - low, 1e-9)
        values = (values if scale == 255 / 65535 else values - low) * scale
        return np.asarray(Image.fromarray(values).reduce(factor)).round().astype(np.uint8)
    plain = image if image.mode in ("L", "RGB") else image.convert("RGB")
    return np.asarray((plain.reduce(factor) if factor > 1 else plain).convert("L"))


def thumbnail(data: bytes, side: int = SIDE) -> tuple[Any, str | None]:
    """The thumbnail of an encoded image, or Pillow's complaint."""
    from PIL import Image

    try:
        with heard(), Image.open(io.BytesIO(data)) as image:
            image.draft("L", (max(image.width // 8, side), max(image.height // 8, side)))
            return grey_of(image, side), None
    except Exception as problem:
        return None, _plain(problem)


def state_of(words: str) -> State:
    """Whether these words tell of an image that ends early, or of another damage."""
    early = ("truncated", "unexpected end of file", "not enough image data", "buffer is not large enough", "not enough data", "unexpected end")
    return State.TRUNCATED if any(sign in words.lower() for sign in early) else State.CORRUPT


@contextmanager
def heard() -> Iterator[list[str]]:
    """What Pillow warns of meanwhile; images of many pixels are told by their header, so it need not warn of them."""
    said: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield said
    said += [str(each.message) for each in caught if not each.category.__name__.startswith("DecompressionBomb")]


def _plain(problem: Exception) -> str:
    """Its words, without addresses of memory: they differ from run to run."""
    words = str(problem) or type(problem).__name__
    return words.partition(" <_io.")[0]
