"""Pascal VOC files rewritten in their bytes: what is right stays as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from stepscope.collect.files.layouts.voc import CORNERS
from stepscope.collect.files.repair.annotations import Rewriting, without_repeats
from stepscope.collect.files.repair.corners import number
from stepscope.collect.files.repair.lists import without_stems
from stepscope.collect.files.repair.plan import Change

Edit = tuple[int, int, bytes]
"""Where the bytes to be replaced begin and end, and what comes in their place."""


@dataclass
class Span:
    """An element: its tag, where it begins and ends, and where its text does."""

    tag: str
    start: int
    inner: int = 0
    outer: int = 0
    end: int = 0
    parts: list[Span] = field(default_factory=list)

    def find(self, tag: str) -> Span | None:
        """The first element of this tag right below."""
        return next((part for part in self.parts if part.tag == tag), None)


def rewrite(task: Rewriting) -> None:
    """All XML files, and the lists of `ImageSets`."""
    files = {path: image for image, (_, _, path, _) in task.reading.sizes.items()} | dict(task.files())
    for path, image in files.items():
        if image in task.plan.dropped:
            task.plan.changes[path] = Change(path, None)
            continue
        before = task.tree.read(path)
        root = spans(before)
        if root is not None:
            task.change(path, before, edited(before, [*_names(before, root, image, task), *_boxes(before, root, image, task)]))
    if task.plan.dropped:
        for path in task.tree.named(".txt"):
            if "imagesets/main/" in f"/{path.lower()}":
                before = task.tree.read(path)
                task.change(path, before, without_stems(before, task.plan))
    if task.wanted.renumber:
        task.plan.notes.append("nothing was renumbered: VOC files name their classes")


def spans(data: bytes) -> Span | None:
    """The outermost element with the places of all; None where the file is no XML whose bytes can be told apart."""
    top = Span("", 0)
    stack = [top]
    parser = expat.ParserCreate()

    def start(tag: str, _: Any) -> None:
        at = parser.CurrentByteIndex
        span = Span(tag, at, inner=data.find(b">", at) + 1)
        stack[-1].parts.append(span)
        stack.append(span)

    def end(_: str) -> None:
        span = stack.pop()
        span.outer = parser.CurrentByteIndex
        span.end = data.find(b">", span.outer) + 1

    def refuse(*_: Any) -> None:
        raise ValueError("declares an entity")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError):
        return None
    root = top.parts[0] if top.parts else None
    return root if root is not None and data[root.start : root.start + 1] == b"<" and root.tag == "annotation" else None


def edited(data: bytes, edits: list[Edit]) -> bytes:
    """The bytes with the edits made, the last one first so that places stay true."""
    for start, end, new in sorted(edits, reverse=True):
        data = data[:start] + new + data[end:]
    return data


def _names(data: bytes, root: Span, image: str, task: Rewriting) -> list[Edit]:
    """The new name of a renamed image, in `filename` and at the end of `path`."""
    if image not in task.plan.renamed:
        return []
    old, new = (escape(each.rpartition("/")[2]).encode() for each in (image, task.plan.renamed[image]))
    named = [span for tag in ("filename", "path") if (span := root.find(tag)) is not None]
    return [(span.inner, span.outer, data[span.inner : span.outer].replace(old, new)) for span in named]


def _boxes(data: bytes, root: Span, image: str, task: Rewriting) -> list[Edit]:
    objects = [part for part in root.parts if part.tag == "object"]
    found = [_box(data, each, image, task) for each in objects]
    # the same object twice: in all of its fields, as two cats may well share a box with different poses
    keys: list[object | None] = [_said(data, each, edits) if task.mends else None for each, edits in zip(objects, found, strict=True)]
    firsts = without_repeats(keys)
    task.plan.done["double"] += firsts.count(False)
    return [edit for each, edits, is_first in zip(objects, found, firsts, strict=True) for edit in (edits if is_first else [_without(data, each)])]


def _said(data: bytes, each: Span, edits: list[Edit]) -> bytes | None:
    """What an object says after its edits, white space aside; None where it is taken out."""
    if any(start <= each.start for start, _, _ in edits):
        return None
    inside = edited(data[each.inner : each.outer], [(start - each.inner, end - each.inner, new) for start, end, new in edits])
    return b"".join(inside.split())


def _box(data: bytes, each: Span, image: str, task: Rewriting) -> list[Edit]:
    box = each.find("bndbox")
    parts = [box.find(name) if box is not None else None for name in CORNERS]
    sides = [part for part in parts if part is not None]
    try:
        left, top, right, bottom = (float(data[side.inner : side.outer]) for side in sides)
    except ValueError:
        return []
    found = task.box((left, top, right, bottom), image)
    task.plan.done.update(found.deeds)
    if found.corners is None:
        return [_without(data, each)]
    changed = zip(sides, (left, top, right, bottom), found.corners, strict=True)
    return [(side.inner, side.outer, number(new).encode()) for side, old, new in changed if old != new]


def _without(data: bytes, each: Span) -> Edit:
    """An element taken out, with the line that it stood on."""
    start, end = each.start, each.end
    line = data.rfind(b"\n", 0, start) + 1
    if not data[line:start].strip() and data[end : end + 2].lstrip(b"\r").startswith(b"\n"):
        start, end = line, data.find(b"\n", end) + 1
    return start, end, b""
