"""An image encoded again, as near to what it was as its format allows."""

from __future__ import annotations

import io
import warnings
from typing import Any, NamedTuple

from stepscope.collect.files.decoding import over_white


class Treatment(NamedTuple):
    """What is done to one image: brought to `rgb`, turned `upright`, taken as far as it can be decoded (`cut`), written in `form` (Pillow's name)."""

    rgb: bool
    upright: bool
    cut: bool
    form: str

    def __call__(self, data: bytes) -> bytes:
        """The new bytes. Raises what a decoder raises."""
        from PIL import Image, ImageOps

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source = Image.open(io.BytesIO(data))
            options = _options(source, self)
            _load(source, self.cut)
            image = ImageOps.exif_transpose(source) if self.upright else source
            exif = image.getexif()
            if self.upright:
                exif.pop(0x0112, None)
            image = over_white(image) if self.rgb else image
            target = io.BytesIO()
            if self.form != "TIFF":  # whose own tags are what Pillow gives as its EXIF, places of the old pixels among them
                options["exif"] = exif.tobytes() if len(exif) else b""
            image.save(target, self.form, **options)
        return target.getvalue()


def _load(image: Any, cut: bool) -> None:
    try:
        image.load()
    except OSError:
        if not cut:
            raise
        image.tile = []


def _options(source: Any, treatment: Treatment) -> dict[str, Any]:
    """How the format is to be written: a JPEG with its own tables, so that it loses next to nothing; where its channels change, at 95 without subsampling."""
    same = not treatment.rgb or source.mode == "RGB"
    options: dict[str, Any] = {"icc_profile": source.info["icc_profile"]} if same and source.info.get("icc_profile") else {}
    if treatment.form == "JPEG":
        from PIL.JpegImagePlugin import get_sampling

        own = source.format == "JPEG" and same and getattr(source, "quantization", None)
        sampling = get_sampling(source) if own else 0
        options |= {"qtables": source.quantization, "subsampling": max(sampling, 0)} if own else {"quality": 95, "subsampling": 0}
    elif treatment.form == "WEBP":
        options |= {"lossless": True}
    return options
