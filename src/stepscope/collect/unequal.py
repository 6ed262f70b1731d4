"""A picture and its mask that are of two sizes, in the code that loads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import FrameType
from typing import Any

from stepscope.collect.source import loading_frames
from stepscope.evidence import Unequal

_PART = r"(?:^|[_\d])(?:{})s?(?=$|[_\dA-Z])"
"""A part of a name, by its underscores: a limit is no `im`."""
_MASK = re.compile(_PART.format("mask|msk|label_?map") + r"|^seg(?:mentation)?(?:_?map)?$")
"""Not segments, nor what an annotation is called: those are lists of points and of boxes."""
_IMAGE = re.compile(_PART.format("im|img|image|pic|picture|photo|x|rgb|slice|scan|tile"))
_FEW, _LEAST = 4, 8
"""Channels that a picture has at the most, and rows and columns at the least."""


def unequal_of(stack: Sequence[tuple[FrameType, int, int]]) -> Unequal | None:
    """What the innermost frame of the loading code holds under the two names; None where they are of one size, or one is not there."""
    for frame in reversed(loading_frames(stack)):
        sizes = {name: size for name, value in list(frame.f_locals.items()) if (size := _size(value)) is not None}
        masks = [name for name in sizes if _MASK.search(name)]
        images = [name for name in sizes if _IMAGE.search(name) and name not in masks]
        if masks and images:
            one, other = images[0], masks[0]
            return Unequal(one, other, sizes[one], sizes[other]) if sizes[one] != sizes[other] else None
    return None


def _size(value: Any) -> tuple[int, int] | None:
    """Height and width of a picture, an array or a tensor."""
    module = type(value).__module__
    if module.startswith("PIL."):
        width, height = getattr(value, "size", (0, 0))
        return int(height), int(width)
    shape: Any = getattr(value, "shape", ()) if module.startswith(("numpy", "torch")) else ()
    if len(shape) == 3 and min(shape[0], shape[2]) <= _FEW:
        shape = shape[1:] if shape[0] <= _FEW else shape[:2]
    return (int(shape[0]), int(shape[1])) if len(shape) == 2 and min(shape) >= _LEAST else None
