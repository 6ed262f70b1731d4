"""Segments and key points of COCO annotations: whether they decode, and agree with their box and image."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from stepscope.collect.files.layouts.coco_json import Annotation, Document
from stepscope.collect.files.layouts.coco_lines import item
from stepscope.collect.files.layouts.coco_polygons import OUTSIDE, SHARE, suspects
from stepscope.collect.files.layouts.crossing import SAYS, is_crossed
from stepscope.collect.files.layouts.key_points import are_apart
from stepscope.evidence import Flaw


class Segments:
    """What is odd of segments, key points and areas, part by part."""

    def __init__(self, found: Document, path: str, images: dict[Any, str]) -> None:
        self._sizes = {image.id: (float(image.width or 0), float(image.height or 0)) for image in found.images}
        self._points = {category.id: len(category.keypoints) for category in found.categories if category.keypoints}
        self._path, self._images = path, images

    def flaws(self, start: int, part: Sequence[Annotation | None]) -> Iterator[Flaw]:
        """Of the annotations from this number on."""
        for place in suspects(part, self._sizes):
            each = part[place]
            if each is not None:
                for kind, says in _odd(each, self._sizes.get(each.image_id, (0.0, 0.0)), self._points.get(each.category_id)):
                    yield Flaw(kind, self._path, item("annotations", start + place), says=says, image=self._images.get(each.image_id), box=_corners(each))


def _corners(each: Annotation) -> tuple[float, float, float, float] | None:
    if each.bbox is None:
        return None
    left, top, width, height = each.bbox
    return left, top, left + width, top + height


def _odd(each: Annotation, size: tuple[float, float], points: int | None) -> Iterator[tuple[str, str]]:
    if isinstance(each.segmentation, list) and each.segmentation:
        yield from _polygons(each, each.segmentation, size)
    elif isinstance(each.segmentation, dict):
        yield from _run_lengths(each.segmentation, size)
    if each.keypoints is not None:
        yield from _keypoints(each, each.keypoints, size, points)
    if each.area is not None and not each.area >= 0:
        yield "value", f"the area is {each.area:g}"
    elif each.area is not None and each.bbox is not None and each.area > 1.1 * each.bbox[2] * each.bbox[3] + 2 > 2:
        yield "value", f"the area is {each.area:g}, more than its box of {each.bbox[2]:g}x{each.bbox[3]:g} holds"


def _polygons(each: Annotation, polygons: list[list[float]], size: tuple[float, float]) -> Iterator[tuple[str, str]]:
    """Pairs of at least three points, finite, inside of the image, and as large as the box."""
    broken = next(filter(None, map(_broken, polygons)), "")
    if broken:
        yield "segment", broken
        return
    across, down = list(chain.from_iterable(p[::2] for p in polygons)), list(chain.from_iterable(p[1::2] for p in polygons))
    left, top, right, bottom = min(across), min(down), max(across), max(down)
    if all(size) and (left < -OUTSIDE or top < -OUTSIDE or right > size[0] + OUTSIDE or bottom > size[1] + OUTSIDE):
        yield "segment-outside", f"a polygon reaches from ({left:g}, {top:g}) to ({right:g}, {bottom:g}) in an image of {size[0]:g}x{size[1]:g}"
    elif each.bbox is not None and each.bbox[2] > 0 and each.bbox[3] > 0:
        x, y, width, height = each.bbox
        apart = max(abs(left - x), abs(right - x - width)), max(abs(top - y), abs(bottom - y - height))
        if apart[0] > max(2 * OUTSIDE, SHARE * width) or apart[1] > max(2 * OUTSIDE, SHARE * height):
            yield "segment-apart", f"the polygon spans ({left:g}, {top:g}, {right:g}, {bottom:g}), its box ({x:g}, {y:g}, {x + width:g}, {y + height:g})"
    area = sum(_area(polygon) for polygon in polygons)
    crossed = any(map(is_crossed, polygons))
    if crossed or area < 1e-6:
        yield "segment", SAYS if crossed else "a polygon without area"


def _broken(polygon: list[float]) -> str:
    """What keeps a polygon from being one, or ""."""
    if len(polygon) % 2:
        return f"a polygon of {len(polygon)} numbers: one has no partner"
    if len(polygon) < 6:
        return f"a polygon of {len(polygon) // 2} points"
    return "" if all(map(math.isfinite, polygon)) else "a polygon with a coordinate that is not finite"


def _area(polygon: list[float]) -> float:
    """Of one polygon, in square pixels, by the shoelace formula; a self-crossing one may come out smaller than it looks."""
    across, down = polygon[::2], polygon[1::2]
    total = sum(x * after - y * before for x, y, before, after in zip(across, down, across[1:] + across[:1], down[1:] + down[:1], strict=True))
    return abs(total) / 2


def _run_lengths(code: dict[str, Any], size: tuple[float, float]) -> Iterator[tuple[str, str]]:
    """A run-length code: its size is the image's, and its runs fill it."""
    shape, counts = code.get("size"), code.get("counts")
    if not (isinstance(shape, list) and len(shape) == 2 and all(isinstance(side, int) and side > 0 for side in shape)):
        yield "segment", f"a run-length code of size {shape}"
        return
    height, width = shape
    if all(size) and (width, height) != size:
        yield "segment-apart", f"a run-length code of {width}x{height} in an image of {size[0]:g}x{size[1]:g}"
    runs = decoded(counts) if isinstance(counts, str) else counts
    if not isinstance(runs, list) or not all(isinstance(run, int) and run >= 0 for run in runs):
        yield "segment", "a run-length code that does not decode"
    elif sum(runs) != width * height:
        yield "segment", f"a run-length code of {sum(runs)} pixels for an image of {width * height}"


def decoded(text: str) -> list[int] | None:
    """The runs of COCO's compressed code: six bits a character from 48 on, low ones first, each run after the second as the difference from the one before the last."""
    runs: list[int] = []
    at = 0
    while at < len(text):
        value = shift = 0
        more = True
        while more:
            if at >= len(text) or not 48 <= ord(text[at]) < 112 or shift > 60:
                return None
            part = ord(text[at]) - 48
            value |= (part & 31) << shift
            more, shift, at = bool(part & 32), shift + 5, at + 1
            if not more and part & 16:
                value -= 1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
    return runs


def _keypoints(each: Annotation, numbers: list[float], size: tuple[float, float], points: int | None) -> Iterator[tuple[str, str]]:
    """Triples of x, y and visibility (0, 1 or 2)."""
    if len(numbers) % 3 or (points is not None and len(numbers) != 3 * points):
        expected = f"{3 * points} for {points} points" if points is not None else "three for each point"
        yield "segment", f"{len(numbers)} numbers of key points, where {expected} are expected"
        return
    odd = next((value for value in numbers[2::3] if value not in (0, 1, 2)), None)
    if odd is not None:
        yield "value", f"the visibility of a key point is {odd:g}; 0, 1 and 2 are known"
    seen = [(x, y) for x, y, v in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True) if v > 0]
    if each.num_keypoints is not None and each.num_keypoints != len(seen):
        yield "value", f"num_keypoints is {each.num_keypoints}, but {len(seen)} are visible"
    outside = next(((x, y) for x, y in seen if all(size) and not (-OUTSIDE <= x <= size[0] + OUTSIDE and -OUTSIDE <= y <= size[1] + OUTSIDE)), None)
    if outside is not None:
        yield "segment-outside", f"a key point at ({outside[0]:g}, {outside[1]:g}) in an image of {size[0]:g}x{size[1]:g}"
    elif each.bbox is not None and are_apart(seen, (each.bbox[0] + each.bbox[2] / 2, each.bbox[1] + each.bbox[3] / 2, *each.bbox[2:])):
        yield "segment-apart", f"none of its {len(seen)} key points lies in or near its box"
