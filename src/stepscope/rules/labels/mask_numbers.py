"""Masks whose pixels are numbers that the model has no output for."""

from __future__ import annotations

from stepscope.evidence import Expected, Masks, Stage
from stepscope.finding import Confidence, Place
from stepscope.rule import Witnessed
from stepscope.rules.labels.label_out_of_range import LABEL_OUT_OF_RANGE

FEW = 0.1
"""The share of the masks up to which those with larger numbers are mistakes; above, the numbers are something else: instances, depths, levels of grey."""


_STRAY = "Open the mask: a number that no class has comes of another palette, of a resize that mixes neighbours (only the nearest may be taken), or of a class that was left out."
_COUNTED = "If 0 stands for no class, subtract 1 where masks are read; if it is the background, give the model one output more."


@LABEL_OUT_OF_RANGE.seen_in
def of_pixels(masks: Masks, expected: Expected) -> Witnessed:
    """Pixels are held against the outputs of the model: in the few masks that do not fit, or where all of them count to the number of classes."""
    if expected.classes is None or expected.classes < 2:
        return
    odd = masks.top >= expected.classes
    many = float(odd.mean()) > FEW
    if not odd.any() or (many and int(masks.top.max()) > expected.classes):
        return
    yield LABEL_OUT_OF_RANGE.found(
        f"pixels of {int(masks.top.max())} are none of the classes 0 to {expected.classes - 1}", Confidence.LIKELY if many else Confidence.CERTAIN, stage=Stage.DATA,
        seen={"masks": f"{int(odd.sum()):,} of {len(masks.paths):,}", "labels": "count from 1, or 0 is one more class" if many else ""},
        instead=(_COUNTED if many else _STRAY, "If it marks what is not to be counted, write 255 there and name it: `ignore_index=255`."),
        places=[Place(path, about=f"holds {top}", image=path) for path, top, is_odd in zip(masks.paths, masks.top.tolist(), odd.tolist(), strict=True) if is_odd],
    )  # fmt: skip
