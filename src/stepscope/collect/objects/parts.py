"""What a sample consists of: its image, its label, its boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

IMAGES = ("image", "images", "pixel_values", "img", "x", "input", "inputs", "input_image")
LABELS = ("label", "labels", "y", "target", "targets", "class", "class_id", "category", "fine_label")


class Parts(NamedTuple):
    """The parts of a sample that are looked at; None where it has none. `boxes` are (M, 4) in the form that `form` says, `classes` (M,) theirs."""

    image: Any = None
    label: Any = None
    boxes: Any = None
    form: str = "xyxy"
    classes: Any = None


def parts_of(sample: Any) -> Parts:
    """The parts of one sample: a pair, a mapping, or an image alone."""
    if isinstance(sample, Mapping):
        return _of_mapping(sample)
    if isinstance(sample, (tuple, list)) and sample:
        image = _first(sample[0], IMAGES) if isinstance(sample[0], Mapping) else sample[0]
        target = sample[1] if len(sample) > 1 else None
        return _of_target(target, image) if isinstance(target, Mapping) else Parts(image, target)
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
    form = str(getattr(getattr(boxes, "format", None), "name", "XYXY")).lower()
    return Parts(image, None, boxes, form if form in ("xyxy", "xywh") else "other", classes)
