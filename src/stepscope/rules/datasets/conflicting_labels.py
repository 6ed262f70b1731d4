"""Identical images carry different labels.

Why
---
One of the labels is not right, or the classes overlap. The loss cannot fall below what the contradiction costs, and the model learns to be unsure.

Fix
---
- Look at the named images, and keep the one with the right label.
- If an image may have several labels, use a multi-label loss (`BCEWithLogitsLoss`).

Bad
---
    data/cat/17.jpg   data/dog/17.jpg        # the same photo

Good
----
    data/cat/17.jpg
"""

from stepscope.evidence import Boxes, Flaws, Images, Stage, Twins
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.datasets.groups import conflicts, places
from stepscope.rules.found import at_flaws, shown

CONFLICTING_LABELS = Rule("DAT112", Severity.WARNING, stage=Stage.DATA)
PAIRED = 0.8
"""The share of images that have almost their double in another folder from which on the folders look like pairs (large and small, input and target), not classes."""


@CONFLICTING_LABELS.seen_in
def files(images: Images, twins: Twins) -> Witnessed:
    for groups, word, sure in ((twins.same, "", Confidence.CERTAIN), (twins.alike, "almost ", Confidence.LIKELY)):
        met = [group for group in groups if conflicts(images, group)]
        if met:
            pairs = bool(word) and sum(map(len, met)) >= PAIRED * sum(row >= 0 for row in images.label)
            names = sorted({images.classes[images.label[row]] for row in met[0] if images.label[row] >= 0})
            found = places(images, met)
            yield CONFLICTING_LABELS.found(
                f"{word}the same image is labelled {' and '.join(map(repr, names[:3]))}",
                sure,
                severity=Severity.NOTE if pairs else CONFLICTING_LABELS.severity,
                seen={"images": f"{len(found):,}", "for one": " = ".join(shown(images.paths[row]) for row in met[0][:2])},
                places=found,
            )


@CONFLICTING_LABELS.seen_in
def boxed(images: Images, twins: Twins, boxes: Boxes) -> Witnessed:
    """The same image with boxes of other classes, or with more of them. Where each was annotated by itself, corners differ."""
    told = _classes_in(boxes, {images.paths[row] for group in twins.same for row in group})
    met = [group for group in twins.same if len({told[images.paths[row]] for row in group if images.paths[row] in told}) > 1]
    if met:
        found = places(images, met)
        yield CONFLICTING_LABELS.found(
            f"{found[0].file} and its copy have boxes of other classes", seen={"images": f"{len(found):,}", "for one": " = ".join(shown(images.paths[row]) for row in met[0][:2])}, places=found,
        )  # fmt: skip


def _classes_in(boxes: Boxes, wanted: set[str]) -> dict[str, tuple[int, ...]]:
    """The classes of the boxes of these images, of each that has one."""
    import numpy as np

    places = [place for place, name in enumerate(boxes.images) if name in wanted]
    found: dict[str, list[int]] = {}
    for row in np.isin(boxes.image, places).nonzero()[0].tolist():
        found.setdefault(boxes.images[int(boxes.image[row])], []).append(int(boxes.label[row]))
    return {name: tuple(sorted(labels)) for name, labels in found.items()}


@CONFLICTING_LABELS.seen_in
def lists(flaws: Flaws) -> Witnessed:
    """One file, listed with two classes."""
    found = flaws.of("listed-otherwise")
    if found:
        yield CONFLICTING_LABELS.found(f"{shown(found[0].image)} {found[0].says}", seen={"images": f"{len(found):,}"}, places=at_flaws(found))
