"""What was drawn becomes evidence: images and boxes in columns, and what single samples have that the others have not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from stepscope.collect.files.cache import dtype
from stepscope.collect.files.reading import BoxTable, Reading, boxes_of
from stepscope.collect.objects.looked import Looked
from stepscope.evidence import Boxes, Expected, Flaw, Flaws, Images, Inventory, State, Twins

RAW, ONES = 2.0, 1.0
"""Floats up to ONES are shares; images of which some pass RAW times it were not brought to the same range."""
IGNORED = (-100, -1, 255)
"""Labels that losses are told to pass over."""


class Which(NamedTuple):
    """A sample: its number in the data set, its row in the batch, the file that it came from."""

    number: int | None = None
    row: int | None = None
    file: str | None = None


@dataclass(frozen=True)
class Columns:
    """The evidence, with the sample that each name in it stands for."""

    images: Images
    twins: Twins
    boxes: Boxes | None
    flaws: Flaws
    inventory: Inventory
    samples: dict[str, Which]


def columns_of(looked: Looked, expected: Expected) -> Columns:
    """Everything that was drawn, in columns."""
    names, rows, samples = [], [], {}
    for position in sorted(looked.rows):
        for place, row in enumerate(looked.rows[position]):
            name = name_of(looked, position) + (f"[{place}]" if looked.batched else "")
            samples[name] = Which(None if looked.batched else position, place if looked.batched else None, looked.files.get(position))
            names.append(name)
            rows.append(row)
    for position in looked.lost:
        samples[name_of(looked, position)] = Which(position)
    images = _images(looked, names, rows, expected)
    table = _table(names, rows)
    boxes = boxes_of(Reading("object", None, boxes=table, classes=looked.classes), names, images.facts) if table else None  # type: ignore[arg-type]
    flaws = Flaws([*_lost(looked), *_flaws(looked, names, rows, expected)])
    return Columns(images, _twins(images), boxes, flaws, _inventory(looked, images, boxes), samples)


def name_of(looked: Looked, position: int) -> str:
    """What a position is called: `train_set[12]`."""
    return f"{looked.name.rpartition(':')[2].removesuffix('()')}[{position}]"


def _images(looked: Looked, names: list[str], rows: list[dict[str, Any]], expected: Expected) -> Images:
    import numpy as np

    facts = np.zeros(len(rows), dtype())
    for fact, row in zip(facts, rows, strict=True):
        fact["state"] = State.WHOLE
        if "mode" in row:
            fact["mode"], fact["width"], fact["height"], fact["content"], fact["bits"], fact["look"] = row["mode"].encode(), row["width"], row["height"], row["content"], 8, 1
            constant = row.get("least") == row.get("greatest")
            fact["low"], fact["high"] = (min(255, max(0, int(row.get("least", 0)))),) * 2 if constant else (0, 255)
    classes = looked.classes or _met(rows, expected.classes)
    places = {name: place for place, name in enumerate(classes)}
    label = [_class(row, looked.classes, places) for row in rows]
    return Images(names, (), np.full(len(rows), -1, np.int16), classes, np.array(label, dtype=np.int32), facts, {})


def _met(rows: list[dict[str, Any]], count: int | None) -> tuple[str, ...]:
    """The classes that were met, where every label is a whole number or every one a word; those that the model does not have are a mistake of their own."""
    kinds = {row.get("label_kind") for row in rows} - {"none", None}
    if len(kinds) != 1 or not kinds & {"class", "text"}:
        return ()
    return tuple(str(label) for label in sorted({row["label"] for row in rows if "label" in row and not next(_outside("", row, count), None)}))


def _class(row: dict[str, Any], declared: tuple[str, ...], places: dict[str, int]) -> int:
    label = row.get("label")
    if label is None or row.get("label_kind") not in ("class", "text"):
        return -1
    if declared and isinstance(label, int):
        return label if 0 <= label < len(declared) else -1
    return places.get(str(label), -1)


def _table(names: list[str], rows: list[dict[str, Any]]) -> BoxTable | None:
    """The boxes; those of a form that the first boxes do not have are left out."""
    form = next((row["form"] for row in rows if "boxes" in row), None)
    if form is None:
        return None
    table = BoxTable(form)
    for name, row in zip(names, rows, strict=True):
        if row.get("form") == form:
            for box, label in zip(row["boxes"], row["box_classes"], strict=True):
                table.add(name, box, label, name, 0)
    return table


def _twins(images: Images) -> Twins:
    """Images of equal values."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for row, content in enumerate(images.facts["content"].tolist()):
        if any(content):
            groups.setdefault(tuple(content), []).append(row)
    return Twins(tuple(tuple(group) for group in groups.values() if len(group) > 1))


def _lost(looked: Looked) -> Iterator[Flaw]:
    for position, (state, words) in looked.lost.items():
        says = "was not drawn within 30 seconds" if state is State.SLOW else words.replace("decoded", "drew")
        yield Flaw("lost", name_of(looked, position), says=says)


def _flaws(looked: Looked, names: list[str], rows: list[dict[str, Any]], expected: Expected) -> Iterator[Flaw]:
    count = min((number for number in (len(looked.classes) or None, expected.classes) if number), default=None)
    kinds = Counter(row["label_kind"] for row in rows if row.get("label_kind") not in ("none", None))
    usual = kinds.most_common(1)[0][0] if kinds else None
    for name, row in zip(names, rows, strict=True):
        for what, odd in (("image", row.get("odd")), ("label", row.get("label_odd"))):
            if odd:
                yield Flaw("not-finite", name, says=f"the {what} holds {odd:,} values that are NaN or infinite")
        kind = row.get("label_kind")
        if kind == "none" and usual and "boxes" not in row:
            yield Flaw("unlabelled", name, says="has no label")
        elif kind and usual and kind not in ("none", usual) and "boxes" not in row:
            yield Flaw("label-kind", name, says=f"has a label of another kind ({_kind(kind)}) than the others ({_kind(usual)})")
        yield from _outside(name, row, count)
        if row.get("last"):
            yield Flaw("channels-last", name, says=f"has the shape {tuple(row['shape'])}")
    yield from _apart(names, rows)


def _kind(kind: str) -> str:
    return {"class": "a whole number", "number": "a float", "several": "several numbers"}.get(kind, kind)


def _outside(name: str, row: dict[str, Any], count: int | None) -> Iterator[Flaw]:
    """Classes that the list of classes, or the model, does not have."""
    if count is None:
        return
    told = [row["label"]] if row.get("label_kind") == "class" and "label" in row else []
    if row.get("label_kind") == "mask" and "label_greatest" in row:
        told = [int(row["label_greatest"]), int(row["label_least"])]
    odd = [label for label in told if not 0 <= label < count and label not in IGNORED]
    if odd:
        yield Flaw("label-outside", name, says=f"label {odd[0]} of {name} is none of the classes 0 to {count - 1}")


def _apart(names: list[str], rows: list[dict[str, Any]]) -> Iterator[Flaw]:
    """Samples whose images cannot be put into one batch with the others, or have another range of values."""
    shapes = Counter(tuple(row["shape"]) for row in rows if "shape" in row)
    (usual, times), = shapes.most_common(1) or [((), 0)]  # fmt: skip
    stacked = 10 * times > 9 * sum(shapes.values()) and not any("boxes" in row for row in rows)
    mode = next((row.get("mode") for row in rows if tuple(row.get("shape", ())) == usual), None)
    floats = [row for row in rows if "mode" in row and row["kind"].startswith("float") and "greatest" in row]
    shares = [row for row in floats if row["least"] >= 0 and ONES / 255 < row["greatest"] <= ONES]
    mixed = 2 * len(shares) > len(floats)
    for name, row in zip(names, rows, strict=True):
        if stacked and tuple(row.get("shape", usual)) != usual and row.get("mode", mode) == mode:
            yield Flaw("shape", name, says=f"has the shape {tuple(row['shape'])}, the others {usual}")
        if mixed and row.get("greatest", 0) > RAW and row["kind"].startswith("float"):
            yield Flaw("range", name, says=f"has values up to {row['greatest']:.4g}, most others up to 1")
    if floats and all(row["least"] >= 0 and row["greatest"] <= ONES / 250 for row in floats) and any(row["greatest"] > 0 for row in floats):
        name = next(name for name, row in zip(names, rows, strict=True) if row.get("greatest", 0) > 0)
        yield Flaw("range", name, says=f"has values up to {max(row['greatest'] for row in floats):.2g}, as all others: divided by 255 twice")


def _inventory(looked: Looked, images: Images, boxes: Boxes | None) -> Inventory:
    counts = Counter(images.label.tolist())
    per_class = {"": tuple(counts[place] for place in range(len(images.classes)))} if images.classes and boxes is None else None
    classes = images.classes if boxes is None else looked.classes
    return Inventory("object", {"": looked.count}, classes, per_class, len(boxes) if boxes is not None else 0, bool(looked.classes))
