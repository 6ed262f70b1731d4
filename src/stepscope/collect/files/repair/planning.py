"""Evidence becomes a plan: what the columns of images, boxes and twins show to be wrong is put right."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from stepscope.collect.files.reading import Reading
from stepscope.collect.files.repair.annotations import Rewriting, sizes_of
from stepscope.collect.files.repair.corners import are_of_another_form
from stepscope.collect.files.repair.pictures import plan_pictures
from stepscope.collect.files.repair.plan import Plan, RepairFailed, Wanted
from stepscope.collect.files.repair.repeats import plan_repeats
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Boxes, Images, Twins

PACKED = {"shards": "shards", "parquet": "Parquet and Arrow files"}
"""Layouts whose images lie within larger files, which are written anew by the tool that wrote them."""


def plan_of(readings: Sequence[tuple[Reading, Boxes | None]], tree: Tree, images: Images, twins: Twins, wanted: Wanted) -> Plan:
    """The changes that repair a data set; `readings` are what each of its layouts makes of it, the main one first. Raises RepairFailed."""
    (main, boxes), *_ = readings
    packed = next((PACKED[reading.layout] for reading, _ in readings if reading.layout in PACKED), None)
    if packed:
        raise RepairFailed(f"{packed} are not repaired: mend the files that they were made of, and make them again")
    plan = Plan()
    plan_repeats(images, twins, boxes, plan)
    plan_pictures(main, tree, images, wanted, plan)
    sizes = sizes_of(images)
    for reading, its in readings:
        mends = its is None or not are_of_another_form(its)
        if not mends:
            plan.notes.append("boxes were left: so many do not fit their images that they seem to be written in another form, which clipping would spoil")
        _rewrite(Rewriting(reading, tree, sizes, wanted, plan, mends))
    if wanted.renumber and not plan.done["renumbered"] and not any("renumbered" in note for note in plan.notes):
        plan.notes.append("nothing was renumbered: no label has one of these numbers")
    return plan


def _rewrite(task: Rewriting) -> None:
    if task.reading.layout in ("yolo", "voc", "coco", "table"):
        import_module(f"stepscope.collect.files.repair.{task.reading.layout}").rewrite(task)
    elif task.wanted.renumber:
        task.plan.notes.append("nothing was renumbered: the classes are the names of folders")
