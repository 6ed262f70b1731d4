"""A CSV or TSV list: one line per image, or per box."""

from __future__ import annotations

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from stepscope.collect.files.layouts.image_names import Finder
from stepscope.collect.files.layouts.table_columns import Columns, columns_of
from stepscope.collect.files.reading import SPLITS, BoxTable, Picture, Reading, split_of
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Flaw

PEEK = 65536
ROWS = 200
"""Rows that are looked at to tell the columns."""
_ENTRY = re.compile(r"submission|^classes\.|metrics|history|results\.csv$", re.IGNORECASE)
"""Names of tables that are no list of samples."""


class Row(NamedTuple):
    """One line: its image (as named where it is not there), whether it is there, line, split, class, and its box in the form of the table."""

    image: str
    there: bool
    file: str
    line: int
    split: str
    label: str
    box: tuple[str, ...]


def lists_in(tree: Tree) -> Iterator[tuple[str, Columns]]:
    """The files that list images, with their columns."""
    finder = None
    for path in tree.named(".csv", ".tsv"):
        if _ENTRY.search(path.rpartition("/")[2]):
            continue
        finder = finder or Finder(tree)
        data = tree.read(path, PEEK)
        try:
            rows = [row for row in islice(csv.reader(io.StringIO(_text(data), newline=""), delimiter=_delimiter(data, path)), ROWS) if row]
        except csv.Error:
            continue
        columns = columns_of(rows[:-1] if len(data) == PEEK else rows, finder, path.rpartition("/")[0])
        if columns is not None:
            yield path, columns


def read(tree: Tree) -> Reading:
    """Every line of every list: its image, its class, its box."""
    reading, finder = Reading("table", tree.root), Finder(tree)
    found = list(lists_in(tree))
    rows = [row for path, columns in found for row in _rows(tree, path, columns, finder, reading)]
    form = next((columns.form for _, columns in found if columns.box), None)
    reading.classes = _classes(rows, any(columns.hot for _, columns in found), form is not None)
    numbers = {name: number for number, name in enumerate(reading.classes)}
    pictures: dict[str, Picture] = {}
    for row in rows:
        if row.there and (row.image not in pictures or pictures[row.image].label < 0):
            pictures[row.image] = Picture(row.image, row.split, numbers.get(row.label, -1) if form is None else -1)
    _unlisted(finder, pictures, reading)
    reading.pictures = list(pictures.values())
    if form is not None:
        _boxes(rows, form, numbers, reading)
    return reading


def _unlisted(finder: Finder, pictures: dict[str, Picture], reading: Reading) -> None:
    """Images that no list names: forgotten where they lie among others that are named, else those of a test without labels."""
    folders = {path.rpartition("/")[0] for path in pictures}
    for path in finder.images:
        if path not in pictures and (path.rpartition("/")[0] in folders or split_of(path) == "test"):
            pictures[path] = Picture(path, split_of(path))
            if split_of(path) != "test":
                reading.flaws.append(Flaw("unlisted", path, says="no list names this image", image=path))


def _rows(tree: Tree, path: str, columns: Columns, finder: Finder, reading: Reading) -> Iterator[Row]:
    """Each line; what has no image is a flaw."""
    data, folder = tree.read(path), path.rpartition("/")[0]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        reading.flaws.append(Flaw("encoding", path, data[: problem.start].count(b"\n") + 1, says=f"byte {data[problem.start]:#04x} is not UTF-8"))
        text = _text(data)
    lines = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=_delimiter(data[:PEEK], path))
    own = split_of(path) or split_of(re.split(r"[-_. ]", os.path.basename(path))[0] + "/x")
    try:
        for number, cells in enumerate(lines):
            if any(map(str.strip, cells)) and (number or not columns.header):
                yield _row(path, lines.line_num, cells, columns, (finder, folder, own), reading)
    except csv.Error as problem:
        reading.flaws.append(Flaw("parse", path, lines.line_num, says=str(problem)))


def _row(path: str, line: int, cells: list[str], columns: Columns, where: tuple[Finder, str, str], reading: Reading) -> Row:
    finder, folder, own = where
    name = _cell(cells, columns.image)
    split = SPLITS.get(_cell(cells, columns.split).lower(), "") or own
    image = None if not name or finder.leads_out(name, folder) else finder.find(name, split, folder) or finder.called(name.rpartition("/")[2], split)
    hot = [columns.header[place] for place in columns.hot if _cell(cells, place) in ("1", "1.0")]
    label = _cell(cells, columns.label) if not columns.hot else hot[0] if len(hot) == 1 else ""
    box = tuple(_cell(cells, place) for place in columns.box)
    if name and finder.leads_out(name, folder):
        reading.flaws.append(Flaw("unsafe", path, line, says=f"{name!r} leads out of the data folder", image=name))
    elif image is None:
        reading.flaws.append(Flaw("no-image", path, line, says=f"{name!r} is not there" if name else "names no image", image=name or None))
    elif not label and columns.label is not None and (not box or any(box)):
        reading.flaws.append(Flaw("unlabelled", path, line, says="has no class", image=image))
    if image is not None and columns.size:
        width, height = (_cell(cells, place) for place in columns.size)
        if width.isdecimal() and height.isdecimal():
            reading.sizes.setdefault(image, (float(width), float(height), path, line))
    return Row(image or name, image is not None, path, line, split_of(image or "") or split, label, box)


def _classes(rows: list[Row], hot: bool, boxed: bool) -> tuple[str, ...]:
    """The names of the classes in the order of their numbers; none where the column holds measures, or several labels each."""
    met = Counter(row.label for row in rows if row.label)
    several = [name for name in met if " " in name or "|" in name or "," in name]
    if any(re.fullmatch(r"-?\d+\.\d*[1-9]\d*", name) for name in met) or (several and any(set(re.split(r"[ |,]+", name)) & met.keys() for name in several)):
        return ()
    if not (hot or boxed) and len(met) > 2 and 10 * len(met) > 9 * met.total():
        return ()
    return tuple(sorted(met, key=lambda name: (not name.isdecimal(), int(name) if name.isdecimal() and len(name) < 20 else 0, name)))


def _boxes(rows: list[Row], form: str, numbers: dict[str, int], reading: Reading) -> None:
    """The boxes of the lines into the table. All below 1 are shares of the image: they are kept as centre, width and height."""
    taken = [(row, numbers_of(row.box)) for row in rows if any(row.box)]
    plain = [box for _, box in taken if box is not None]
    shares = bool(plain) and all(-1 <= value <= 1.5 for box in plain for value in box) and any(0 < value < 1 for box in plain for value in box)
    table = reading.boxes = BoxTable("cxcywh" if shares else form)
    for row, box in taken:
        if box is None:
            reading.flaws.append(Flaw("box-form", row.file, row.line, says=f"the box {' '.join(row.box)[:60]!r} is not four numbers", image=row.image))
        else:
            table.add(row.image, _centred(box, form) if shares else box, numbers.get(row.label, 0), row.file, row.line)
    if not reading.classes:
        reading.classes = ("object",)
    table.declared.update({image: (width, height) for image, (width, height, _, _) in reading.sizes.items()})


def numbers_of(cells: tuple[str, ...]) -> tuple[float, ...] | None:
    """Four numbers out of four cells, or out of one that holds a list."""
    parts = re.split(r"[,;\s]+", cells[0].strip("[]() ")) if len(cells) == 1 else list(cells)
    try:
        found = tuple(map(float, parts))
    except ValueError:
        return None
    return found if len(found) == 4 else None


def _centred(box: tuple[float, ...], form: str) -> tuple[float, ...]:
    x, y, a, b = box
    width, height = (a - x, b - y) if form == "xyxy" else (a, b)
    return x + width / 2, y + height / 2, width, height


def _cell(cells: list[str], place: int | None) -> str:
    return cells[place].strip() if place is not None and len(cells) > place else ""


def _text(data: bytes) -> str:
    return data.decode("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8", "replace").replace("\0", "")


def _delimiter(data: bytes, name: str) -> str:
    """The sign that the first line has most of."""
    line = data.split(b"\n", 1)[0].decode("utf-8", "replace")
    return "\t" if name.lower().endswith(".tsv") else max(",;\t|", key=line.count)
