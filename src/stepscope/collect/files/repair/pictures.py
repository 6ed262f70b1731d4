"""Which images are changed, and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from stepscope.collect.files.reading import Reading
from stepscope.collect.files.repair.encoding import Treatment
from stepscope.collect.files.repair.plan import Change, Plan, Wanted
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Images, State

ENDINGS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"), "PNG": (".png",), "BMP": (".bmp",), "GIF": (".gif",), "WEBP": (".webp",), "TIFF": (".tif", ".tiff"),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm"),
}  # fmt: skip
"""The endings of each format that is repaired, by Pillow's name; the first is given where a file has none of them."""
ODD = ("1", "L", "P", "LA", "PA", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I;16B", "I;16L")
"""Modes that are brought to RGB where most images are. Numbers of 32 bits are left: what is black and white in them is not known."""
MASKS = ("mask", "masks", "segmentationclass", "segmentationobject", "gtfine", "depth", "annotations", "labels", "seg", "panoptic")
"""Folders whose images hold numbers, not colours."""


def plan_pictures(reading: Reading, tree: Tree, images: Images, wanted: Wanted, plan: Plan) -> None:
    """Put the changes of images into the plan."""
    modes = Counter(bytes(mode).decode() for mode in images.facts["mode"].tolist())
    to_rgb = wanted.rgb or modes["RGB"] * 2 > modes.total()
    has_boxes = reading.boxes is not None and len(reading.boxes) > 0
    turned = 0
    for row, path in _repairable(reading, images, plan):
        facts = images.facts[row]
        treatment = _treatment(facts, to_rgb, wanted)
        if treatment.upright and has_boxes:
            turned += 1
            treatment = treatment._replace(upright=False, rgb=treatment.rgb and treatment.form != "TIFF")  # Pillow turns a TIFF when it loads it
        _plan(path, treatment, tree, plan)
    if turned:
        plan.notes.append(f"{turned:,} images with an EXIF rotation were left: whether their boxes mean the turned image or the stored one is not known")


def _repairable(reading: Reading, images: Images, plan: Plan) -> Iterator[tuple[int, str]]:
    """The images whose format we write, that are no masks, no animations, that the annotation knows and that stay."""
    unknown = {flaw.image for flaw in reading.flaws if flaw.kind == "unlisted" or (flaw.kind == "unlabelled" and reading.layout == "voc")}
    for row, path in enumerate(images.paths):
        if path in unknown or path in plan.dropped:
            continue
        facts = images.facts[row]
        is_mask = any(folder in MASKS for folder in path.lower().split("/")[:-1])
        usable = facts["state"] in (State.WHOLE, State.TRUNCATED, State.NO_END, State.TRAILING) and facts["frames"] <= 1
        if usable and not is_mask and bytes(facts["format"]).decode() in ENDINGS:
            yield row, path


def _treatment(facts: Any, to_rgb: bool, wanted: Wanted) -> Treatment:
    form, mode = bytes(facts["format"]).decode(), bytes(facts["mode"]).decode()
    cut = facts["state"] == State.TRUNCATED
    touch = not cut or wanted.truncated  # a truncated image keeps its bytes unless its repair was asked for
    rgb = touch and to_rgb and mode in ODD
    return Treatment(rgb, bool(touch and 2 <= facts["orientation"] <= 8), bool(cut and wanted.truncated), "PNG" if form == "GIF" and rgb else form)


def _plan(path: str, treatment: Treatment, tree: Tree, plan: Plan) -> None:
    to = _named(path, treatment)
    if to != path and (to in tree.files or to in plan.renamed.values()):
        plan.notes.append(f"{path} was left: it would be called {to}, and there is such a file")
        return
    encodes = treatment.rgb or treatment.upright or treatment.cut
    if not encodes and to == path:
        return
    plan.changes[path] = Change(path, to, treatment.__call__ if encodes else None)
    deeds = {"rgb": treatment.rgb, "upright": treatment.upright, "truncated": treatment.cut, "renamed": to != path}
    plan.done.update(name for name, is_done in deeds.items() if is_done)
    if to != path:
        plan.renamed[path] = to


def _named(path: str, treatment: Treatment) -> str:
    """The path with an ending that fits what the file holds."""
    stem, dot, ending = path.rpartition(".")
    fits = f".{ending.lower()}" in ENDINGS[treatment.form] and not (treatment.form == "PPM" and treatment.rgb and ending.lower() in ("pgm", "pbm"))
    return path if fits or not dot else stem + ENDINGS[treatment.form][0]
