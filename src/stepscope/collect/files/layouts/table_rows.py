"""The lines of a CSV or TSV list of images."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from stepscope.collect.files.layouts.image_names import Finder
from stepscope.collect.files.layouts.table_columns import Columns
from stepscope.collect.files.reading import SPLITS, Reading, split_of
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Flaw

PEEK = 65536
RAGGED = 0.1
"""The share of lines with more cells than the header from which on that is how the list is written."""


class Row(NamedTuple):
    """One line: its image (as named where it is not there), whether it is there, line, split (`told` by the list itself), class (`written` with its spaces), and its box in the form of the table."""

    image: str
    there: bool
    file: str
    line: int
    split: str
    label: str
    box: tuple[str, ...]
    told: str
    written: str


def rows_of(tree: Tree, path: str, columns: Columns, finder: Finder, reading: Reading) -> Iterator[Row]:
    """Each line; what has no image, and what no reader takes as it is meant, is a flaw."""
    data, folder = tree.read(path), path.rpartition("/")[0]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        reading.flaws.append(Flaw("encoding", path, data[: problem.start].count(b"\n") + 1, says=f"byte {data[problem.start]:#04x} is not UTF-8"))
        text = text_of(data)
    lines = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter_of(data[:PEEK], path))
    own = split_of(path) or split_of(re.split(r"[-_. ]", os.path.basename(path))[0] + "/x")
    longer: list[int] = []
    cells: list[str] = []
    number = 0
    try:
        for number, cells in enumerate(lines):
            if any(map(str.strip, cells)) and (number or not columns.header):
                longer += [lines.line_num] * any(cells[len(columns.header or cells) :])
                yield _row(path, lines.line_num, cells, columns, (finder, folder, own), reading)
    except csv.Error as problem:
        reading.flaws.append(Flaw("parse", path, lines.line_num, says=str(problem)))
    if len(longer) <= RAGGED * number:
        reading.flaws += [Flaw("parse", path, line, says=f"has more cells than the header, which has {len(columns.header)}") for line in longer]
    if cells and "\n" in cells[-1] and not text.rstrip().endswith('"'):
        reading.flaws.append(Flaw("parse", path, lines.line_num - cells[-1].rstrip().count("\n"), says="a quotation mark is opened and not closed: all after it is one cell"))


def _row(path: str, line: int, cells: list[str], columns: Columns, where: tuple[Finder, str, str], reading: Reading) -> Row:
    finder, folder, own = where
    name = _cell(cells, columns.image)
    split = SPLITS.get(_cell(cells, columns.split).lower(), "") or own
    image = None if not name or finder.leads_out(name, folder) else finder.find(name, split, folder) or finder.called(name.rpartition("/")[2], split)
    hot = [columns.header[place] for place in columns.hot if _cell(cells, place) in ("1", "1.0")]
    label = _cell(cells, columns.label) if not columns.hot else "|".join(hot)
    label = "" if label.lower() == "nan" else label  # what pandas writes for a cell without a value
    box = tuple(_cell(cells, place) for place in columns.box)
    if name and finder.leads_out(name, folder):
        reading.flaws.append(Flaw("unsafe", path, line, says=f"{name!r} leads out of the data folder", image=name))
    elif image is None:
        reading.flaws.append(Flaw("no-image", path, line, says=f"{name!r} is not there{finder.near.to(name)}" if name else "names no image", image=name or None))
    elif not label and columns.label is not None and (not box or any(box)) and split != "test":
        reading.flaws.append(Flaw("unlabelled", path, line, says="has no class", image=image))
    if image is not None and columns.size:
        width, height = (_cell(cells, place) for place in columns.size)
        if width.isdecimal() and height.isdecimal():
            reading.sizes.setdefault(image, (float(width), float(height), path, line))
    return Row(image or name, image is not None, path, line, split_of(image or "") or split, label, box, split, _written(cells, columns, label))


def _written(cells: list[str], columns: Columns, label: str) -> str:
    """The class with the spaces that a reader may keep; of numbers none does."""
    return label if not label or label.lstrip("-").isdigit() or columns.label is None or columns.hot else cells[columns.label]


def _cell(cells: list[str], place: int | None) -> str:
    return cells[place].strip() if place is not None and len(cells) > place else ""


def text_of(data: bytes) -> str:
    return data.decode("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8", "replace").replace("\0", "")


def delimiter_of(data: bytes, name: str) -> str:
    """The sign that the first line has most of."""
    line = data.split(b"\n", 1)[0].decode("utf-8", "replace")
    return "\t" if name.lower().endswith(".tsv") else max(",;\t|", key=line.count)
