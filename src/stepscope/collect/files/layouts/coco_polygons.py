"""The polygons of a COCO file, all at once: those that are whole and agree with their box and image need no further look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from typing import Any

from stepscope.collect.files.layouts.coco_json import Annotation
from stepscope.collect.files.layouts.crossing import among

OUTSIDE = 1.5
"""Pixels that a polygon may reach out of its box or image: tools round."""
SHARE = 0.1
"""The share of a box's side by which its polygon may differ, where that is more."""


def suspects(annotations: Sequence[Annotation | None], sizes: dict[Any, tuple[float, float]]) -> list[int]:
    """The numbers of the annotations whose segments, key points or area are not plainly in order."""
    plain: list[int] = []
    whole: list[Annotation] = []
    sized: list[int] = []
    odd: list[int] = []
    for number, each in enumerate(annotations):
        if each is None:
            continue
        found = each.segmentation
        if each.keypoints is not None or type(found) is dict or (each.bbox is None and (found or each.area is not None)):
            odd.append(number)
        elif found:
            plain.append(number)
            whole.append(each)
        elif each.area is not None:
            sized.append(number)
    return sorted([*odd, *(plain[row] for row in _odd_of(whole, sizes)), *_oversized(annotations, sized)])


def _oversized(annotations: Sequence[Any], numbers: list[int]) -> list[int]:
    """Those of these annotations, all with a box and an area, whose area is negative or more than the box holds."""
    import numpy as np

    sides = _rows([annotations[number].bbox for number in numbers], 4)[:, 2:]
    area = np.array([annotations[number].area for number in numbers], dtype=np.float64)
    good = (area >= 0) & (area <= _held(sides))
    return [numbers[row] for row in (~good).nonzero()[0]]


def _rows(tuples: Iterable[Any], width: int) -> Any:
    """Tuples of so many numbers as an array: several times as fast as `numpy.array` is."""
    import numpy as np

    return np.fromiter(chain.from_iterable(tuples), dtype=np.float64).reshape(-1, width)


def _held(sides: Any) -> Any:
    """The area that a box of these sides holds, as tools round."""
    return 1.1 * sides[:, 0] * sides[:, 1] + 2


def _odd_of(plain: list[Annotation], sizes: dict[Any, tuple[float, float]]) -> list[int]:
    """Those of these annotations, all with a box and polygons, that are not plainly in order."""
    import numpy as np

    if not plain:
        return []
    lists = [each.segmentation or [] for each in plain]
    lengths = np.fromiter(map(len, chain.from_iterable(lists)), dtype=np.int64)
    owners = np.repeat(np.arange(len(plain)), np.fromiter(map(len, lists), dtype=np.int64, count=len(plain)))
    whole = np.ones(len(plain), dtype=bool)
    np.logical_and.at(whole, owners, (lengths % 2 == 0) & (lengths >= 6))
    numbers = np.fromiter(chain.from_iterable(chain.from_iterable(lists)), dtype=np.float64, count=int(lengths.sum()))
    if not whole.all():  # pairs cannot be told where a number has no partner
        keep = np.repeat(whole[owners], lengths)
        numbers, owners, lengths = numbers[keep], owners[whole[owners]], lengths[whole[owners]]
    box = _rows([each.bbox or () for each in plain], 4)
    area = np.array([each.area or 0.0 for each in plain])
    size = _rows(map(sizes.get, [each.image_id for each in plain], repeat((0.0, 0.0))), 2)
    span, surface = _spans(numbers, owners, lengths, len(plain))
    good = whole & _agrees(span, box, size) & (surface > 1e-6) & (area >= 0) & (area <= _held(box[:, 2:]))
    good[among(numbers, owners, lengths)] = False
    found: list[int] = (~good).nonzero()[0].tolist()
    return found


def _spans(numbers: Any, owners: Any, lengths: Any, count: int) -> tuple[Any, Any]:
    """Left, top, right and bottom of each annotation's polygons, and the sum of their areas by the shoelace formula."""
    import numpy as np

    points = numbers.reshape(-1, 2)
    starts = np.concatenate([[0], np.cumsum(lengths // 2)[:-1]]).astype(np.int64)
    span = np.empty((count, 4))
    span[:, :2], span[:, 2:] = np.inf, -np.inf
    surface = np.zeros(count)
    if not len(points):
        return span, surface
    after = np.concatenate([points[1:], points[:1]])
    after[starts + lengths // 2 - 1] = points[starts]
    cross = np.add.reduceat(points[:, 0] * after[:, 1] - points[:, 1] * after[:, 0], starts)
    np.add.at(surface, owners, np.abs(cross) / 2)
    np.minimum.at(span[:, :2], owners, np.minimum.reduceat(points, starts))
    np.maximum.at(span[:, 2:], owners, np.maximum.reduceat(points, starts))
    return span, surface


def _agrees(span: Any, box: Any, size: Any) -> Any:
    """Whether a span lies in its image and is as large as its box."""
    import numpy as np

    known = (size > 0).all(axis=1)
    inside = (span[:, :2] >= -OUTSIDE).all(axis=1) & (span[:, 2:] <= size + OUTSIDE).all(axis=1)
    corners = np.concatenate([box[:, :2], box[:, :2] + box[:, 2:]], axis=1)
    apart = np.abs(span - corners)
    slack = np.maximum(2 * OUTSIDE, SHARE * box[:, 2:])
    near = (np.maximum(apart[:, :2], apart[:, 2:]) <= slack).all(axis=1) | (box[:, 2:] <= 0).any(axis=1)
    return (inside | ~known) & near
