"""Text files that list images, one a line."""

from __future__ import annotations

import codecs
import csv
import os
from collections import Counter

from stepscope.collect.files.layouts.table_rows import PEEK, delimiter_of
from stepscope.collect.files.repair.annotations import Rewriting
from stepscope.collect.files.repair.plan import Plan


def without_images(data: bytes, path: str, plan: Plan) -> bytes:
    """The lines of a list without the images that are removed, with the new names of those that are renamed; the others keep their bytes."""
    lines = []
    for line in data.splitlines(keepends=True):
        image = _meant(os.fsdecode(line.strip()), path, plan)
        if image in plan.dropped:
            continue
        lines.append(renamed(line, image, plan))
    return b"".join(lines)


def without_stems(data: bytes, plan: Plan) -> bytes:
    """The same of lists that name images without their endings."""
    gone = {os.fsencode(image.rpartition("/")[2].rpartition(".")[0]) for image in plan.dropped}
    return b"".join(line for line in data.splitlines(keepends=True) if not line.split() or line.split()[0] not in gone)


def renamed(line: bytes, image: str | None, plan: Plan) -> bytes:
    """The line with the image's new name in place of the old one."""
    if image is None or image not in plan.renamed:
        return line
    old, new = (os.fsencode(each.rpartition("/")[2]) for each in (image, plan.renamed[image]))
    return line.replace(old, new)


def _meant(name: str, path: str, plan: Plan) -> str | None:
    """The changed image that a line of a list means."""
    beside = os.path.join(os.path.dirname(path), name)
    for each in (os.path.normpath(beside).replace(os.sep, "/"), os.path.normpath(name).replace(os.sep, "/")):
        if each in plan.renamed or each in plan.dropped:
            return each
    return None


def rewrite_tables(task: Rewriting) -> None:
    """CSV and TSV lists: a line names an image in one of its cells."""
    plan, names = task.plan, Counter(picture.path.rpartition("/")[2] for picture in task.reading.pictures)
    alone = {image.rpartition("/")[2]: image for image in (*plan.renamed, *plan.dropped) if names[image.rpartition("/")[2]] == 1}
    for path in task.tree.named(".csv", ".tsv"):
        before = task.tree.read(path)
        delimiter = delimiter_of(before[:PEEK], path)
        lines = []
        for line in before.splitlines(keepends=True):
            cells = next(csv.reader([os.fsdecode(line.removeprefix(codecs.BOM_UTF8))], delimiter=delimiter), [])
            image = next((found for cell in cells if (found := _meant(cell.strip(), path, plan) or alone.get(cell.strip().rpartition("/")[2]))), None)
            lines += [] if image in plan.dropped else [renamed(line, image, plan)]
        task.change(path, before, b"".join(lines))
    if task.wanted.renumber:
        plan.notes.append("labels of CSV lists were not renumbered: they are names, whatever they look like")
