"""What was drawn becomes evidence: images and boxes in columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from stepscope.collect.files.cache import dtype
from stepscope.collect.files.reading import BoxTable, Reading, boxes_of
from stepscope.collect.objects.apart import flaws_of, outside
from stepscope.collect.objects.looked import Looked
from stepscope.evidence import Boxes, Expected, Flaw, Flaws, Images, Inventory, State, Twins

EDGE = 1e-3
"""How far a share may lie beyond its image: centres and sizes are rounded apart."""


SEEN = ("class", "number", "several", "mask", "text")
"""Labels that are looked at."""


class Which(NamedTuple):
    """A sample: its number in the data set, or its batch with its row there, and the file that it came from."""

    number: int | None = None
    row: int | None = None
    file: str | None = None
    batch: int | None = None


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
            samples[name] = Which(None, place, looked.files.get(position), position) if looked.batched else Which(position, None, looked.files.get(position))
            names.append(name)
            rows.append(row)
    samples[bare(looked)] = Which()
    for position in looked.lost.keys() | looked.uneven.keys():
        samples[name_of(looked, position)] = Which(batch=position) if looked.batched else Which(position)
    images = _images(looked, names, rows, expected)
    table = _table(names, rows)
    boxes = boxes_of(Reading("object", None, boxes=table, classes=looked.classes), names, images.facts) if table else None  # type: ignore[arg-type]
    flaws = Flaws([*_whole(looked), *flaws_of(looked, list(zip(names, rows, strict=True)), expected)])
    return Columns(images, _twins(looked, images), boxes, flaws, _inventory(looked, images, boxes), samples)


def name_of(looked: Looked, position: int) -> str:
    """What a position is called: `train_set[12]`."""
    return f"{bare(looked)}[{position}]"


def not_seen(looked: Looked) -> Iterator[str]:
    """A note where nothing was found in the samples that could be looked at."""
    rows = [row for rows in looked.rows.values() for row in rows]
    if rows and not any({"shape", "text", "box_shape"} & row.keys() or row.get("label_kind") in SEEN for row in rows):
        yield "the samples were drawn, and nothing else: no image, number, text or label was recognised in them"


def bare(looked: Looked) -> str:
    """The object without its module."""
    return looked.name.rpartition(":")[2].replace("()", "")


def _images(looked: Looked, names: list[str], rows: list[dict[str, Any]], expected: Expected) -> Images:
    import numpy as np

    facts = np.zeros(len(rows), dtype())
    for fact, row in zip(facts, rows, strict=True):
        fact["state"] = State.WHOLE
        if "mode" in row:
            fact["mode"], fact["width"], fact["height"], fact["content"], fact["bits"], fact["look"] = row["mode"].encode(), row["width"], row["height"], row["content"], 8, 1
            constant = "least" in row and not row["odd"] and row["least"] == row["greatest"]
            fact["low"], fact["high"] = (min(255, max(0, int(row.get("least", 0)))),) * 2 if constant else (0, 255)
    classes = looked.classes or _met(rows, expected.classes)
    places = {name: place for place, name in enumerate(classes)}
    label = [_class(row, looked.classes, places) for row in rows]
    return Images(names, (), np.full(len(rows), -1, np.int16), classes, np.array(label, dtype=np.int32), facts, {})


def _met(rows: list[dict[str, Any]], count: int | None) -> tuple[str, ...]:
    """The classes that were met, where every label is a whole number or every one a word; none where some are not of the model: that is a mistake of its own."""
    kinds = {row.get("label_kind") for row in rows} - {"none", None}
    if len(kinds) != 1 or not kinds & {"class", "text"} or any(outside(row, count) for row in rows):
        return ()
    return tuple(str(label) for label in sorted({row["label"] for row in rows if "label" in row}))


def _class(row: dict[str, Any], declared: tuple[str, ...], places: dict[str, int]) -> int:
    label = row.get("label")
    if label is None or row.get("label_kind") not in ("class", "text"):
        return -1
    if declared and isinstance(label, int):
        return label if 0 <= label < len(declared) else -1
    return places.get(str(label), -1)


def _table(names: list[str], rows: list[dict[str, Any]]) -> BoxTable | None:
    """The boxes; those of a form that the first boxes do not have are left out."""
    told = next((row["form"] for row in rows if "boxes" in row), None)
    if told is None:
        return None
    table = BoxTable(told or ("cxcywh" if _are_centres(rows) else "xyxy"))
    for name, row in zip(names, rows, strict=True):
        if row.get("form") == told:
            for box, label in zip(row["boxes"], row["box_classes"], strict=True):
                table.add(name, box, label, name, 0)
    return table


def _are_centres(rows: list[dict[str, Any]]) -> bool:
    """Whether boxes of no told form are centres and sizes in shares of the image, as DETR takes them: so they fit all, as corners they do not."""
    import numpy as np

    boxes = np.array([box for row in rows for box in row.get("boxes", ())]).reshape(-1, 4)
    x, y, width, height = boxes.T
    fit = (boxes >= 0) & (boxes <= 1)
    inside = (x - width / 2 > -EDGE) & (y - height / 2 > -EDGE) & (x + width / 2 < 1 + EDGE) & (y + height / 2 < 1 + EDGE)
    return bool(len(boxes) and fit.all() and inside.all() and ((width <= x) | (height <= y)).any())


def copies_in(images: Images) -> Twins:
    """Images of equal values."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for row, content in enumerate(images.facts["content"].tolist()):
        if any(content):
            groups.setdefault(tuple(content), []).append(row)
    return Twins(tuple(tuple(group) for group in groups.values() if len(group) > 1))


def _twins(looked: Looked, images: Images) -> Twins:
    """Images of equal values. Where most are, or a stream does not end, they are drawn again and again on purpose: those of one class are left out."""
    same = copies_in(images).same
    if looked.endless or 2 * sum(map(len, same)) > len(images):
        looked.notes += ["most samples are there several times, which is taken as meant"] if not looked.endless else []
        same = tuple(group for group in same if len({int(images.label[row]) for row in group}) > 1)
    return Twins(same)


def _whole(looked: Looked) -> Iterator[Flaw]:
    """What is told of whole positions, or of the data set."""
    yield from _lost(looked)
    for position, says in looked.uneven.items():
        yield Flaw("empty-sample" if "nothing" in says else "target-shape", name_of(looked, position), says=says)
    for position in looked.changed:
        yield Flaw("changed", name_of(looked, position), says="is another one each time")
    if looked.short:
        yield Flaw("short", bare(looked), says=looked.short)
    for kind, says in looked.loader.items():
        yield Flaw(f"loader-{kind}", bare(looked), says=says)


def _lost(looked: Looked) -> Iterator[Flaw]:
    for position, (state, words) in looked.lost.items():
        says = "was not drawn within 30 seconds" if state is State.SLOW else words.replace("decoded", "drew")
        yield Flaw("lost", name_of(looked, position), says=says)


def _inventory(looked: Looked, images: Images, boxes: Boxes | None) -> Inventory:
    counts = Counter(images.label.tolist())
    per_class = {"": tuple(counts[place] for place in range(len(images.classes)))} if images.classes and boxes is None else None
    classes = images.classes if boxes is None else looked.classes
    return Inventory("object", {"": looked.count}, classes, per_class, len(boxes) if boxes is not None else 0, bool(looked.classes))
