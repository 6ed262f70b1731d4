"""Text files that list images, one a line."""

from __future__ import annotations

import os

from stepscope.collect.files.repair.plan import Plan


def without_images(data: bytes, path: str, plan: Plan) -> bytes:
    """The lines of a list without the images that are removed, with the new names of those that are renamed; the others keep their bytes."""
    lines = []
    for line in data.splitlines(keepends=True):
        image = meant(os.fsdecode(line.strip()), path, plan)
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


def meant(name: str, path: str, plan: Plan) -> str | None:
    """The changed image that a line of a list means."""
    beside = os.path.join(os.path.dirname(path), name)
    for each in (os.path.normpath(beside).replace(os.sep, "/"), os.path.normpath(name).replace(os.sep, "/")):
        if each in plan.renamed or each in plan.dropped:
            return each
    return None
