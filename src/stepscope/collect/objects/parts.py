"""What a sample consists of: its image, its label, its boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

IMAGES = ("image", "images", "pixel_values", "img", "x", "input", "inputs", "input_image", "input_ids")
LABELS = ("label", "labels", "y", "target", "targets", "class", "class_id", "category", "fine_label", "mask", "masks", "segmentation_mask")


class Parts(NamedTuple):
    """The parts of a sample that are looked at; None where it has none. `boxes` are (M, 4) in the form that `form` says, `classes` (M,) theirs.

    `form` is "" where the sample does not tell it. `beside` are the other inputs, where there are several.
    """

    image: Any = None
    label: Any = None
    boxes: Any = None
    form: str = "xyxy"
    classes: Any = None
    beside: Mapping[str, Any] = {}


def parts_of(sample: Any) -> Parts:
    """The parts of one sample: a pair, a mapping, or an image alone."""
    if isinstance(sample, Mapping):
        return _of_mapping(sample)
    if isinstance(sample, (tuple, list)) and sample:
        inputs = _inputs(sample[0])
        image = _first(inputs, IMAGES) if isinstance(sample[0], Mapping) else next(iter(inputs.values()), None)
        target = sample[1] if len(sample) > 1 else None
        parts = _of_target(target, image) if isinstance(target, Mapping) else _of_annotations(target, image) if _is_coco(target) else Parts(image, target)
        return parts._replace(beside={name: value for name, value in inputs.items() if value is not image})
    return Parts(sample)


def samples_in(batch: Any) -> Iterator[Any]:
    """The samples of a batch: its first axis is taken apart."""
    if isinstance(batch, Mapping):
        yield from (dict(zip(batch, row, strict=True)) for row in zip(*batch.values(), strict=False))
    elif isinstance(batch, (tuple, list)):
        parts = [list(samples_in(part)) if isinstance(part, (Mapping, tuple)) else part for part in batch if part is not None]
        yield from zip(*parts, strict=False)
    else:
        yield from batch


def lengths_in(batch: Any, name: str = "") -> dict[str, int]:
    """How many rows each part of a batch has, by its place in it."""
    if isinstance(batch, Mapping):
        parts = [(f"{name}[{key!r}]", value) for key, value in batch.items()]
    elif isinstance(batch, tuple):
        parts = [(f"{name}[{place}]", value) for place, value in enumerate(batch)]
    else:
        shape = getattr(batch, "shape", None)
        return {name: int(shape[0])} if shape else {}
    return {place: rows for key, value in parts for place, rows in lengths_in(value, key).items()}


def _inputs(first: Any) -> Mapping[str, Any]:
    """The inputs of a sample by name: of a mapping, of a pair, or the one that it is."""
    if isinstance(first, Mapping):
        return first
    several = isinstance(first, (tuple, list)) and 0 < len(first) <= 4 and all(hasattr(each, "shape") for each in first)
    return {f"input {place}": each for place, each in enumerate(first)} if several else {"": first}


def _first(sample: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((sample[name] for name in names if name in sample and sample[name] is not None), None)


def _of_mapping(sample: Mapping[str, Any]) -> Parts:
    image = _first(sample, IMAGES)
    if "boxes" in sample:
        return _of_target(sample, image)
    label = _first(sample, LABELS)
    return _of_target(label, image) if isinstance(label, Mapping) else Parts(image, label)


def _of_target(target: Mapping[str, Any], image: Any) -> Parts:
    """A target of torchvision's form: `boxes` are corners in pixels, unless the boxes tell of another form themselves."""
    boxes, classes = target.get("boxes"), target.get("labels")
    if boxes is None:
        return Parts(image, _first(target, LABELS))
    form = str(getattr(getattr(boxes, "format", None), "name", "")).lower()
    return Parts(image, None, boxes, form if form in ("", "xyxy", "xywh") else "other", classes)


def _is_coco(target: Any) -> bool:
    """Whether a target is what torchvision's CocoDetection gives: the annotations of an image as they stand in the file."""
    return isinstance(target, (list, tuple)) and bool(target) and all(isinstance(each, Mapping) and "bbox" in each and "category_id" in each for each in target)


def _of_annotations(target: Any, image: Any) -> Parts:
    import numpy as np

    boxes = [each["bbox"] for each in target]
    if any(len(box) != 4 for box in boxes):
        return Parts(image)
    return Parts(image, None, np.array(boxes, "f8").reshape(-1, 4), "xywh", np.array([int(each["category_id"]) for each in target]))
