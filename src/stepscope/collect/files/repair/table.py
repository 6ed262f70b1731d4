"""CSV and TSV lists rewritten line by line: names of images, and boxes; a line that is right keeps its bytes."""

from __future__ import annotations

import codecs
import csv
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from stepscope.collect.files.layouts.table import lists_in, numbers_of
from stepscope.collect.files.layouts.table_columns import Columns
from stepscope.collect.files.layouts.table_rows import PEEK, delimiter_of
from stepscope.collect.files.repair.annotations import Rewriting, without_repeats
from stepscope.collect.files.repair.corners import Corners, number
from stepscope.collect.files.repair.lists import meant, renamed

_NUMBER = re.compile(rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def rewrite(task: Rewriting) -> None:
    """Every list. A line names an image in one of its cells; of a record over several lines the box is left."""
    plan, names = task.plan, Counter(picture.path.rpartition("/")[2] for picture in task.reading.pictures)
    alone = {image.rpartition("/")[2]: image for image in (*plan.renamed, *plan.dropped) if names[image.rpartition("/")[2]] == 1}
    boxed = _boxed(task)
    for path in task.tree.named(".csv", ".tsv"):
        before = task.tree.read(path)
        delimiter = delimiter_of(before[:PEEK], path)
        columns, images = boxed.get(path, (None, {}))
        lines: list[tuple[bytes, object | None]] = []
        for place, (line, is_record) in enumerate(_parts(before), 1):
            cells = cells_of(line, delimiter)
            image = next((found for cell in cells if (found := meant(cell.strip(), path, plan) or alone.get(cell.strip().rpartition("/")[2]))), None)
            if image in plan.dropped:
                continue
            if columns is None or not is_record or place not in images:
                lines.append((renamed(line, image, plan), None))
            else:
                after = renamed(_line(line, cells, delimiter, columns, images[place], task), image, plan)
                lines.append((after, tuple(cells_of(after, delimiter))))
        task.change(path, before, _once(lines, task))
    if task.wanted.renumber:
        plan.notes.append("labels of CSV lists were not renumbered: they are names, whatever they look like")


def cells_of(line: bytes, delimiter: str) -> list[str]:
    """The cells of one line."""
    return next(csv.reader([os.fsdecode(line.removeprefix(codecs.BOM_UTF8))], delimiter=delimiter), [])


def _parts(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """The lines, and whether each is a record of its own: a cell in quotes may hold line ends."""
    is_within = False
    for line in data.splitlines(keepends=True):
        turns = line.count(b'"') % 2 > 0
        yield line, not (is_within or turns)
        is_within ^= turns


def _boxed(task: Rewriting) -> dict[str, tuple[Columns, dict[int, str]]]:
    """The lists whose boxes are put right, with the image of each line that has one: those whose lines are one record each, and whose boxes are written as the first list's."""
    table = task.reading.boxes
    if not task.mends or table is None:
        return {}
    names, files = list(table.images), list(table.files)
    lines: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for image, file, line in zip(table.image, table.file, table.line, strict=True):
        lines[files[file]][line] = names[image]
    found = [(path, columns) for path, columns in lists_in(task.tree) if columns.box]
    return {path: (columns, lines[path]) for path, columns in found if columns.form == found[0][1].form}


def _line(line: bytes, cells: Sequence[str], delimiter: str, columns: Columns, image: str, task: Rewriting) -> bytes:
    """The line with its box put right; empty where nothing of the box is left."""
    box = numbers_of(tuple(cells[place].strip() for place in columns.box)) if len(cells) > max(columns.box) else None
    spans = _spans(line, delimiter, columns.box)
    if box is None or len(spans) != 4 or tuple(float(line[start:end]) for start, end in spans) != box:
        return line
    shares = task.reading.boxes is not None and task.reading.boxes.form == "cxcywh"
    found = task.box(_corners(box, columns.form), image, (1.0, 1.0) if shares else None)
    task.plan.done.update(found.deeds)
    if found.corners is None:
        return b""
    left, top, right, bottom = found.corners
    after = found.corners if columns.form == "xyxy" else (left, top, right - left, bottom - top)
    for (start, end), old, new in reversed(list(zip(spans, box, after, strict=True))):
        line = line if new == old else line[:start] + number(new).encode() + line[end:]
    return line


def _corners(box: Sequence[float], form: str) -> Corners:
    x, y, a, b = box
    return (x, y, a, b) if form == "xyxy" else (x, y, x + a, y + b)


def _spans(line: bytes, delimiter: str, places: Sequence[int]) -> list[tuple[int, int]]:
    """Where the numbers stand in these cells of a line, in the order of the places."""
    sign = re.escape(delimiter.encode())
    cells = [(found.start(1), found.end(1)) for found in re.finditer(rb'(?:^|(?<=' + sign + rb'))("(?:[^"]|"")*"|[^' + sign + rb'\r\n]*)', line)]
    return [found.span() for place in places if place < len(cells) for found in _NUMBER.finditer(line, *cells[place])]


def _once(lines: list[tuple[bytes, object | None]], task: Rewriting) -> bytes:
    """The lines without those that were written twice."""
    firsts = without_repeats([key or None for _, key in lines])
    task.plan.done["double"] += firsts.count(False)
    return b"".join(line for (line, _), is_first in zip(lines, firsts, strict=True) if is_first)
