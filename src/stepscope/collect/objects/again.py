"""A sample drawn again: whether drawing it changes what the data set holds."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from stepscope.collect.objects.facts import array_of
from stepscope.collect.objects.parts import parts_of

TIMES = 3


def is_changed(dataset: Any, position: int) -> bool:
    """Whether a sample is each time another one in the same memory: the stored array itself was worked on.

    All that was drawn is held on to meanwhile, so that memory is not the same by accident: what is made anew lies elsewhere. Raises what the data set raises.
    """
    held, copies = [], []
    for _ in range(TIMES):
        array = array_of(parts_of(dataset.at(position)).image)
        if array is None or not array.ndim:
            return False
        held.append(array)
        copies.append(array.copy())
    places = {array.__array_interface__["data"][0] for array in held}
    return len(places) == 1 and all(_differ(one, other) for one, other in pairwise(copies))


def _differ(one: Any, other: Any) -> bool:
    import numpy as np

    return one.shape == other.shape and not np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
