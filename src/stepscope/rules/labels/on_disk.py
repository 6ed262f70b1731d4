"""Labels of a data set: outside of the classes, of another shape, or not there."""

from __future__ import annotations

from stepscope.evidence import Boxes, Expected, Flaws, Images, Inventory
from stepscope.finding import Confidence, Severity
from stepscope.rule import Witnessed
from stepscope.rules.boxes.rows import at as boxes_at
from stepscope.rules.found import at_flaws, shown
from stepscope.rules.labels.class_name_mismatch import CLASS_NAME_MISMATCH
from stepscope.rules.labels.label_missing import LABEL_MISSING
from stepscope.rules.labels.label_out_of_range import LABEL_OUT_OF_RANGE
from stepscope.rules.labels.target_shape_mismatch import TARGET_SHAPE_MISMATCH

FEW = 0.2
"""The share of samples without a label up to which they look forgotten; above, they look meant (background)."""


@LABEL_OUT_OF_RANGE.seen_in
def of_boxes(boxes: Boxes, inventory: Inventory, expected: Expected) -> Witnessed:
    """Class numbers that the list of classes, or the model, does not have."""
    declared = len(boxes.classes) if inventory.declared else None
    count = min((number for number in (declared, expected.classes) if number is not None), default=None)
    mask = (boxes.label < 0) | (boxes.label >= count) if count is not None else boxes.label < 0
    places = boxes_at(boxes, mask) if inventory.layout == "yolo" or count == expected.classes else []
    if places:
        labels = sorted({int(label) for label in boxes.label[mask]})
        yield LABEL_OUT_OF_RANGE.found(
            f"label {labels[0] if labels[0] < 0 else labels[-1]} is none of the classes 0 to {(count or 1) - 1}", stage=LABEL_MISSING.stage,
            seen={"labels that do not fit": ", ".join(map(str, labels[:10])), "boxes": f"{len(places):,} of {len(boxes):,}"}, places=places,
        )  # fmt: skip


@LABEL_OUT_OF_RANGE.seen_in
def of_images(images: Images, flaws: Flaws) -> Witnessed:
    """Classes of samples that the list of classes does not have."""
    found = flaws.of("label-outside")
    if found:
        yield LABEL_OUT_OF_RANGE.found(found[0].says, stage=LABEL_MISSING.stage, seen={"samples": f"{len(found):,} of {len(images):,}"}, places=at_flaws(found))


@LABEL_MISSING.seen_in
def forgotten(flaws: Flaws, inventory: Inventory) -> Witnessed:
    """Samples for which no label was found: in a detection set they count as background."""
    found, samples = flaws.of("unlabelled"), sum(inventory.samples.values())
    if found:
        severity = Severity.NOTE if inventory.boxes and len(found) > FEW * samples else Severity.WARNING if inventory.boxes else Severity.ERROR
        yield LABEL_MISSING.found(
            f"{shown(found[0].file)} {found[0].says}", severity=severity, stage=LABEL_MISSING.stage, seen={"samples": f"{len(found):,} of {samples:,}"}, places=at_flaws(found),
        )  # fmt: skip


@LABEL_MISSING.seen_in
def elsewhere(flaws: Flaws, inventory: Inventory) -> Witnessed:
    """Label files that are there, where Ultralytics (`label-unread`), or who follows it, does not look for them: the images count as background."""
    found = flaws.of("label-unread", "label-elsewhere")
    if found:
        yield LABEL_MISSING.found(
            f"{shown(found[0].file)} {found[0].says}", severity=Severity.ERROR if found[0].kind == "label-unread" else Severity.WARNING, stage=LABEL_MISSING.stage,
            seen={"images": f"{len(found):,} of {sum(inventory.samples.values()):,}"}, places=at_flaws(found),
            instead=("Call the folders `images` and `labels`, in small letters, with the same folders below them, and the label file of `1.jpg` `1.txt`.",),
        )  # fmt: skip


@LABEL_MISSING.seen_in
def unlisted(flaws: Flaws, inventory: Inventory) -> Witnessed:
    """Images that lie in the data folder and that no annotation file lists."""
    found = flaws.of("unlisted")
    if found:
        yield LABEL_MISSING.found(
            f"{shown(found[0].file)} is in no annotation file", severity=Severity.WARNING, stage=LABEL_MISSING.stage,
            seen={"images": f"{len(found):,} of {sum(inventory.samples.values()):,}"}, places=at_flaws(found),
        )  # fmt: skip


@LABEL_MISSING.seen_in
def background(flaws: Flaws, inventory: Inventory) -> Witnessed:
    """Images without a label file in a set that has no empty ones: it may be how background is written there."""
    found = flaws.of("background")
    if found:
        yield LABEL_MISSING.found(
            f"{shown(found[0].file)} {found[0].says}", Confidence.POSSIBLE, severity=Severity.NOTE, stage=LABEL_MISSING.stage,
            seen={"images": f"{len(found):,} of {sum(inventory.samples.values()):,}", "read as": "background: images without an object"}, places=at_flaws(found),
        )  # fmt: skip


@CLASS_NAME_MISMATCH.seen_in
def spelt(flaws: Flaws) -> Witnessed:
    """The same class under two names, line by line; a name that is one letter off a usual one may be a class that is rare."""
    for kind, sure, severity in (("class-spelling", Confidence.LIKELY, Severity.WARNING), ("class-slip", Confidence.POSSIBLE, Severity.NOTE)):
        found = flaws.of(kind)
        if found:
            yield CLASS_NAME_MISMATCH.found(f"{shown(found[0].file, 30)}: {found[0].says}", sure, severity=severity, seen={"places": f"{len(found):,}"}, places=at_flaws(found))


@TARGET_SHAPE_MISMATCH.seen_in
def drawn(flaws: Flaws) -> Witnessed:
    """Samples of a data set were drawn: their targets have not the form or the size of the others."""
    found = flaws.of("target-shape")
    if found:
        yield TARGET_SHAPE_MISMATCH.found(
            f"{shown(found[0].file)} {found[0].says}", stage=LABEL_MISSING.stage, seen={"samples": f"{len(found):,}"}, places=at_flaws(found),
            instead=(
                "Look at the line that makes the target: what it does where there are no objects, at the end of the data, or after a resize of the image alone.",
                "Of an image without objects boxes are `torch.zeros((0, 4))`, labels `torch.zeros(0, dtype=torch.int64)`.",
            ),
        )  # fmt: skip
