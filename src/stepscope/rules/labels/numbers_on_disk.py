"""Labels of lists, shards and Parquet files that are whole numbers: a loss takes them as they are written."""

from __future__ import annotations

import re
from typing import Any

from stepscope.evidence import Expected, Images, Inventory, Stage
from stepscope.finding import Confidence
from stepscope.rule import Witnessed
from stepscope.rules.found import at
from stepscope.rules.labels.label_out_of_range import LABEL_OUT_OF_RANGE

LAYOUTS = ("table", "shards", "parquet")
IGNORED = (-1, -100)
"""Numbers that stand for no label."""
ODD = 0.05
"""The share of samples with one negative number, up to which it is no class: where there are more, or several, they are measures."""


@LABEL_OUT_OF_RANGE.seen_in
def written(images: Images, inventory: Inventory, expected: Expected) -> Witnessed:
    """Numbers that the model has no output for, and one that is negative."""
    numbers = _numbers(images, inventory)
    if numbers is None:
        return
    below = _below(numbers)
    above = numbers >= expected.classes if expected.classes is not None and expected.classes > 1 else below & False  # one output tells two classes
    odd = sorted(set(numbers[below | above].tolist()))
    if odd:
        from_one = bool(above.any()) and int(numbers[numbers >= 0].min()) == 1 and odd == [expected.classes]
        yield LABEL_OUT_OF_RANGE.found(
            f"label {odd[-1] if above.any() else odd[0]} is none of the classes 0 to {(expected.classes or int(numbers.max()) + 1) - 1}", Confidence.LIKELY, stage=Stage.DATA,
            seen={"labels that do not fit": ", ".join(map(str, odd[:10])), "samples": f"{int((below | above).sum()):,} of {len(numbers):,}", "labels": "count from 1" if from_one else ""},
            places=at(images, (below | above).nonzero()[0]),
        )  # fmt: skip


def _numbers(images: Images, inventory: Inventory) -> Any:
    """The label of each image as it is written, IGNORED[0] where it has none; None where labels are words, or the numbers of words."""
    import numpy as np

    if inventory.layout not in LAYOUTS or inventory.boxes or inventory.declared or not len(images) or not (images.label >= 0).any():
        return None
    if not images.classes:
        return images.label.astype(np.int64) if inventory.layout == "parquet" else None
    if not all(re.fullmatch(r"-?\d{1,9}", name) for name in images.classes):
        return None
    return np.where(images.label >= 0, np.array([int(name) for name in images.classes])[images.label.clip(0)], IGNORED[0])


def _below(numbers: Any) -> Any:
    """The samples with the one negative number that is no class."""
    below = (numbers < 0) & ~sum(numbers == each for each in IGNORED).astype(bool)
    return below if below.sum() <= ODD * len(numbers) and len(set(numbers[below].tolist())) == 1 else below & False
