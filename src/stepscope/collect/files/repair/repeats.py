"""Copies of an image within a split, of which one is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable

from stepscope.collect.files.repair.plan import Change, Plan
from stepscope.evidence import Boxes, Images, Twins


def plan_repeats(images: Images, twins: Twins, boxes: Boxes | None, plan: Plan) -> None:
    """Of images with the same content, split and annotation all but the first are removed; where annotations differ, it is not known which is right."""
    signatures = _signatures(boxes) if boxes is not None else {}
    differ = 0
    for rows in twins.same:
        by_split: dict[int, list[int]] = defaultdict(list)
        for row in sorted(rows):
            by_split[int(images.split[row])].append(row)
        for same in by_split.values():
            told = {(int(images.label[row]), signatures.get(images.paths[row], ())) for row in same}
            if len(same) > 1 and len(told) > 1:
                differ += len(same)
            elif len(same) > 1:
                _drop([images.paths[row] for row in same[1:]], plan)
    if differ:
        plan.notes.append(f"{differ:,} images with the same content were left: their labels differ")


def _drop(paths: list[str], plan: Plan) -> None:
    for path in paths:
        plan.changes[path] = Change(path, None)
        plan.dropped.add(path)
        plan.done["repeat"] += 1


def _signatures(boxes: Boxes) -> dict[str, Hashable]:
    """The boxes of each image, whatever their order."""
    found: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for image, label, numbers in zip(boxes.image.tolist(), boxes.label.tolist(), boxes.written.tolist(), strict=True):
        found[boxes.images[image]].append((label, *numbers))
    return {image: tuple(sorted(numbers)) for image, numbers in found.items()}
