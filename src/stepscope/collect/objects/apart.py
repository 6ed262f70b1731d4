"""What single samples have that the others have not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from stepscope.collect.objects.looked import Looked
from stepscope.collect.objects.normalised import DARK
from stepscope.evidence import Expected, Flaw

RAW, ONES = 2.0, 1.0
"""Values up to ONES are shares; images of which some pass RAW times it were not brought to the same range."""
CENTRED = 12.0
"""Below it lie images that were brought to a mean of 0; pixels that were not go far beyond."""
IGNORED = (-100, -1, 255)
"""Labels that losses are told to pass over."""
FEW = 0.05
"""The share of samples up to which labels below zero are no classes, where all others count from 0 on."""
NEARLY_ALL = 0.9
Rows = Sequence[tuple[str, dict[str, Any]]]
"""The samples with their names."""


def flaws_of(looked: Looked, rows: Rows, expected: Expected) -> Iterator[Flaw]:
    """Everything that is told of single samples."""
    count = min((number for number in (len(looked.classes) or None, expected.classes) if number), default=None)
    for name, row in rows:
        yield from _odd(name, row)
    yield from _labels(rows, len(looked.classes))
    yield from _outside(rows, count)
    yield from _targets(rows)
    yield from _types(rows)
    if not looked.collates:  # a function of the user's own pads, or leaves out
        yield from _shapes(rows)
        yield from (Flaw("nothing", name, says="is None") for name, row in rows if "nothing" in row)
    yield from _ranges(rows)


def outside(row: dict[str, Any], count: int | None) -> list[int]:
    """Classes of a sample that the list of classes, or the model, does not have."""
    if count is None:
        return []
    told = [row["label"]] if row.get("label_kind") == "class" and "label" in row else row.get("label_values", [])
    return [label for label in told if not 0 <= label < count and label not in IGNORED]


def _odd(name: str, row: dict[str, Any]) -> Iterator[Flaw]:
    """Values that are no numbers, nothing at all, and axes in another order."""
    told = {"the image" if "mode" in row else "the input": row.get("odd"), "the label": row.get("label_odd"), **row.get("beside", {})}
    for what, odd in told.items():
        if odd:
            yield Flaw("not-finite", name, says=f"{what} holds {odd:,} values that are NaN or infinite" if odd > 1 else f"{what} holds a value that is NaN or infinite")
    if row.get("text") == 0:
        yield Flaw("empty-sample", name, says="is an empty text")
    if 0 in row.get("shape", ()):
        yield Flaw("empty-sample", name, says=f"has the shape {tuple(row['shape'])}: there is nothing in it")
    if row.get("last"):
        yield Flaw("channels-last", name, says=f"has the shape {tuple(row['shape'])}")


def _labels(rows: Rows, classes: int) -> Iterator[Flaw]:
    """Labels that are missing, or of another kind than the others, or than classes are."""
    kinds = Counter(row["label_kind"] for _, row in rows if row.get("label_kind") not in ("none", None))
    usual = kinds.most_common(1)[0][0] if kinds else None
    floats = {row["label"] for _, row in rows if row.get("label_kind") == "number" and "label" in row}
    whole = len(floats) > 2 and all(float(label).is_integer() and 0 <= label < classes for label in floats)
    for name, row in rows:
        kind = row.get("label_kind")
        if row.get("box_label_kind") == "f" and row["box_labels"]:
            yield Flaw("label-kind", name, says="has floats as labels of its boxes, which are numbers of classes")
        if "box_shape" in row or not kind or not usual:
            continue
        if kind == "none":
            yield Flaw("unlabelled", name, says="has no label")
        elif kind != usual:
            yield Flaw("label-kind", name, says=f"has a label of another kind ({_kind(kind)}) than the others ({_kind(usual)})")
        elif kind == "number" and whole:
            yield Flaw("label-kind", name, says=f"has a float as label, and there are {classes} classes")


def _kind(kind: str) -> str:
    return {"class": "a whole number", "number": "a float", "several": "several numbers"}.get(kind, kind)


def _outside(rows: Rows, count: int | None) -> Iterator[Flaw]:
    """Labels that are none of the classes, which are told, or which nearly all labels show."""
    labels = [row["label"] for _, row in rows if row.get("label_kind") == "class" and "label" in row]
    count = count or _shown(labels)
    if count is None:
        return
    meant = _meant(set(labels), {value for _, row in rows for value in row.get("label_values", ())}, count)
    shifted = bool(labels) and {min(labels), max(labels)} in ({1, count}, {-1, count - 2})
    why = f": they go from {min(labels)} to {max(labels)}" if shifted else ""
    for name, row in rows:
        odd = outside(row, count) or meant & {row.get("label"), *row.get("label_values", ())}
        if odd:
            yield Flaw("label-outside", name, says=f"label {min(odd)} of {name} is none of the classes 0 to {count - 1}{why}")


def _meant(labels: set[Any], values: set[int], count: int) -> set[int]:
    """What is taken for "ignore" elsewhere, and is a class here: 255 in masks of black and white, -1 where all classes but the last are there, one too low."""
    if values == {0, IGNORED[2]}:
        return {IGNORED[2]}
    return {-1} if count > 2 and labels == set(range(-1, count - 1)) else set()


def _shown(labels: list[Any]) -> int | None:
    """The number of classes, where nearly all labels are 0 to it without a gap, each several times, and few are below."""
    met = Counter(labels)
    below = {label for label in met if label < 0 and label not in IGNORED}
    most = max(met, default=0)
    if not below or sum(met[label] for label in below) > FEW * len(labels) or not 1 <= most < 1000:
        return None
    return most + 1 if all(met[label] > 1 for label in range(most + 1)) else None


def _targets(rows: Rows) -> Iterator[Flaw]:
    """Boxes in no form of boxes, as many labels as boxes, and targets of another size than their images, or than the others."""
    shaped = sum(len(row["box_shape"]) == 2 and row["box_shape"][1] == 4 for _, row in rows if "box_shape" in row)
    sizes = Counter(_mask_size(row) == [row["height"], row["width"]] for _, row in rows if _mask_size(row))
    lengths = Counter(tuple(row["label_shape"]) for _, row in rows if row.get("label_kind") == "several" and len(row.get("label_shape", ())) == 1)
    usual, times = lengths.most_common(1)[0] if lengths else ((), 0)
    stacked = times > NEARLY_ALL * sum(lengths.values())
    for name, row in rows:
        boxes = row.get("box_shape")
        if boxes and shaped and boxes[1:] != [4]:
            yield Flaw("target-shape", name, says=f"has boxes of the shape {tuple(boxes)}, where (M, 4) is expected")
        elif boxes and row.get("box_labels", boxes[0]) != boxes[0]:
            yield Flaw("target-shape", name, says=f"has {boxes[0]} boxes and {row['box_labels']} labels")
        elif sizes[True] > NEARLY_ALL * sizes.total() and _mask_size(row) not in ([], [row.get("height"), row.get("width")]):
            height, width = _mask_size(row)
            yield Flaw("target-shape", name, says=f"has a mask of {width}x{height}, its image {row['width']}x{row['height']}")
        elif stacked and tuple(row.get("label_shape", usual)) != usual and row.get("label_kind") == "several":
            yield Flaw("target-shape", name, says=f"has a label of {tuple(row['label_shape'])} numbers, the others {usual}")


def _mask_size(row: dict[str, Any]) -> list[int]:
    """Height and width of the mask of an image; empty where it has none of one channel."""
    shape: list[int] = row.get("label_shape", []) if row.get("label_kind") == "mask" and "mode" in row else []
    if len(shape) == 3 and 1 in (shape[0], shape[2]):
        return shape[1:] if shape[0] == 1 else shape[:2]
    return shape if len(shape) == 2 else []


def _types(rows: Rows) -> Iterator[Flaw]:
    """Images whose numbers are of another type than nearly all others."""
    kinds = Counter(row["kind"] for _, row in rows if "mode" in row)
    usual, times = kinds.most_common(1)[0] if kinds else ("", 0)
    if times > NEARLY_ALL * kinds.total():
        for name, row in rows:
            if "mode" in row and row["kind"] != usual and not _is_raw(row, usual):
                yield Flaw("input-type", name, says=f"is {row['kind']}, the others are {usual}")


def _is_raw(row: dict[str, Any], usual: str) -> bool:
    """Whether a sample kept the whole pixels that the others no longer have: that is told as a range."""
    return usual.startswith("float") and not row["kind"].startswith("float") and row.get("greatest", 0) > RAW


def _shapes(rows: Rows) -> Iterator[Flaw]:
    """Samples that cannot be put into one batch with the others. Lists of whole numbers are texts, which are padded in the batch."""
    shapes = Counter(tuple(row["shape"]) for _, row in rows if "shape" in row)
    (usual, times), = shapes.most_common(1) or [((), 0)]  # fmt: skip
    if times <= NEARLY_ALL * shapes.total() or any("box_shape" in row for _, row in rows):
        return
    mode = next((row.get("mode") for _, row in rows if tuple(row.get("shape", ())) == usual), None)
    for name, row in rows:
        shape = tuple(row.get("shape", usual))
        text = len(shape) == 1 and not row.get("kind", "").startswith("float")
        if shape != usual and row.get("mode", mode) == mode and not text and 0 not in shape:
            yield Flaw("shape", name, says=f"has the shape {shape}, the others {usual}")


def _ranges(rows: Rows) -> Iterator[Flaw]:
    """Images of another range of values than the others, or than any network takes."""
    images = [(name, row) for name, row in rows if "mode" in row and "greatest" in row]
    floats = [row for _, row in images if row["kind"].startswith("float")]
    shares = [row for row in floats if row["least"] >= 0 and ONES / 255 < row["greatest"] <= ONES]
    mixed = 2 * len(shares) > len(images)
    centred = 2 * sum(row["least"] < 0 for row in floats) > len(images) and sum(row["greatest"] < CENTRED for row in floats) > NEARLY_ALL * len(images)
    dark = len(floats) == len(images) and all(row["least"] >= 0 and row["greatest"] <= DARK for row in floats)
    for name, row in images:
        if mixed and row["greatest"] > RAW:
            yield Flaw("range", name, says=f"has values up to {row['greatest']:.4g}, most others up to 1")
        elif centred and row["least"] >= 0 and row["greatest"] > 2 * CENTRED:
            yield Flaw("range", name, says=f"has values from {row['least']:.4g} to {row['greatest']:.4g}, nearly all others lie around 0")
        elif row.get("normalised") and not dark:
            yield Flaw("normalised", name, says=_undone(row))
    if floats and dark:
        name, row = max(images, key=lambda each: each[1]["greatest"])
        if row["greatest"] > 0:
            yield Flaw("range", name, says=f"has values up to {row['greatest']:.2g}, as all others: divided by 255 twice")


def _undone(row: dict[str, Any]) -> str:
    if row["normalised"] == "divided":
        return f"was divided by 255 twice: {row['least']:.3g} to {row['greatest']:.4g}"
    how = "was normalised as 0 to 1, and is 0 to 255" if row["normalised"] == "raw" else "was normalised twice"
    return f"{how}: {row['least']:.3g} to {row['greatest']:.4g}"
