"""YOLO label files rewritten line by line; a line that is right keeps its bytes."""

from __future__ import annotations

from stepscope.collect.files.layouts import yolo
from stepscope.collect.files.layouts.yolo_data import data_of
from stepscope.collect.files.repair.annotations import Rewriting, without_repeats
from stepscope.collect.files.repair.lists import without_images
from stepscope.collect.files.repair.plan import Change


def rewrite(task: Rewriting) -> None:
    """All label files, and the lists of images that `data.yaml` names."""
    data = data_of(task.tree)
    task.refuse_joining(set(task.reading.boxes.label) if task.reading.boxes is not None else set())
    gone = _gone(task) if task.plan.dropped else set()
    for path in gone:
        task.plan.changes[path] = Change(path, None)
    for path, image in task.files():
        if path not in gone:
            before = task.tree.read(path)
            task.change(path, before, _lines(before, image, task, data.keypoints is not None))
    for path in data.lists:
        before = task.tree.read(path)
        task.change(path, before, without_images(before, path, task.plan))
    if task.wanted.renumber:
        task.plan.notes.append("the class names in data.yaml or classes.txt were left as they are: they are to fit the new numbers")


def _gone(task: Rewriting) -> set[str]:
    """The label files of images that are removed, unless another image has the same."""
    texts = {each.path: next((text for text in yolo.homes(each.path) if text in task.tree.files), None) for each in task.reading.pictures}
    kept = {text for image, text in texts.items() if image not in task.plan.dropped}
    return {text for text in texts.values() if text is not None and text not in kept}


def _lines(data: bytes, image: str, task: Rewriting, has_points: bool) -> bytes:
    lines = [_line(line, image, task, has_points) for line in data.splitlines(keepends=True)]
    firsts = without_repeats([_key(line) if task.mends else None for line in lines])
    task.plan.done["double"] += firsts.count(False)
    return b"".join(line for line, is_first in zip(lines, firsts, strict=True) if is_first)


def _key(line: bytes) -> object | None:
    try:
        return tuple(float(cell) for cell in line.split()) or None
    except ValueError:
        return None


def _line(line: bytes, image: str, task: Rewriting, has_points: bool) -> bytes:
    """The line put right; empty where nothing of its box is left. Of a polygon the class alone is rewritten."""
    cells = line.split()
    numbers = _key(line)
    if not isinstance(numbers, tuple) or len(numbers) < 5 or numbers[0] != numbers[0] or numbers[0] != int(numbers[0]):
        return line
    end = line[len(line.rstrip()) :]
    label = task.label(int(numbers[0]))
    head = [str(label).encode()] if label != int(numbers[0]) else cells[:1]
    box = cells[1:5]
    if len(cells) == 5 or has_points:
        across, down, width, height = numbers[1:5]
        # a negative width is a reversed box with its centre where it was
        found = task.box((across - width / 2, down - height / 2, across + width / 2, down + height / 2), image, (1.0, 1.0))
        task.plan.done.update(found.deeds)
        if found.corners is None:
            return b""
        left, top, right, bottom = found.corners
        if found.deeds:
            box = [f"{value:.6f}".encode() for value in ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)]
    after = [*head, *box, *cells[5:]]
    return line if after == cells else b" ".join(after) + end
