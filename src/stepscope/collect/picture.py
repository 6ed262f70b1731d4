"""The picture behind the sample that failed: is it of another mode than those in its folder?

An array of a grey picture has no axis of channels, one of a palette holds indices. What stumbles over it is a line far from the one that read it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from types import FrameType
from typing import Any

from stepscope.collect.source import loading_frames
from stepscope.evidence import Batch, Picture
from stepscope.evidence.picture import BANDS

BESIDE, ENOUGH = 12, 3
"""Pictures that are looked at in the same folder, and how many of one mode tell what is usual."""
_NAMED = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")


def picture_of(stack: Sequence[tuple[FrameType, int, int]], batch: Batch | None) -> Picture | None:
    """The picture of the one sample at fault, where it is unlike its neighbours and its pixels were not converted."""
    files = [batch.files.get(row, "") for row in batch.culprits] if batch else []
    if len(files) != 1 or not files[0].lower().endswith(_NAMED) or not os.path.isfile(files[0]):
        return None
    mode, folder = _mode(files[0]), os.path.dirname(files[0]) or "."
    others = [found for path in _beside(folder, os.path.basename(files[0])) if (found := _mode(path))]
    if not mode or len(others) < ENOUGH or len(set(others)) > 1 or mode == others[0]:
        return None
    return None if _is_converted(stack, others[0]) else Picture(files[0], mode, others[0], len(others))


def _mode(path: str) -> str:
    """The mode of a picture, from its header; empty where it has none."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            return str(image.mode)
    except Exception:  # whatever a damaged file makes of its decoder
        return ""


def _beside(folder: str, name: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        yield from islice((entry.path for entry in entries if entry.name != name and entry.name.lower().endswith(_NAMED)), BESIDE)


def _is_converted(stack: Sequence[tuple[FrameType, int, int]], usual: str) -> bool:
    """Whether the code that loads the sample holds it as the others are: an image of that mode, or an array of that many channels."""
    return any(_is_usual(value, usual) for frame in loading_frames(stack) for value in list(frame.f_locals.values()))


def _is_usual(value: Any, usual: str) -> bool:
    module = type(value).__module__
    shape: Any = getattr(value, "shape", ())
    if module.startswith("PIL."):
        return getattr(value, "mode", "") == usual
    return module.startswith(("numpy", "torch")) and len(shape) == 3 and BANDS.get(usual) in (shape[0], shape[2])
