"""A CSV or TSV list: one line per image, or per box."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from stepscope.collect.files.layouts.image_names import Finder
from stepscope.collect.files.layouts.listings import SEVERAL, Listings, again
from stepscope.collect.files.layouts.spelling import Line, misspelt
from stepscope.collect.files.layouts.table_columns import Columns, columns_of
from stepscope.collect.files.layouts.table_rows import PEEK, Row, delimiter_of, rows_of, text_of
from stepscope.collect.files.reading import BoxTable, Picture, Reading, split_of
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Flaw

ROWS = 200
"""Rows that are looked at to tell the columns."""
ODD = 0.04
"""The share of lines with no flag or with several, up to which one flag is meant for each image."""
SHARES = 0.8
"""The share of boxes written in shares of the image from which on all are meant so."""
_ENTRY = re.compile(r"submission|^classes\.|metrics|history|results\.csv$", re.IGNORECASE)
"""Names of tables that are no list of samples."""


def lists_in(tree: Tree) -> Iterator[tuple[str, Columns]]:
    """The files that list images, with their columns."""
    finder = None
    for path in tree.named(".csv", ".tsv"):
        if _ENTRY.search(path.rpartition("/")[2]):
            continue
        finder = finder or Finder(tree)
        data = tree.read(path, PEEK)
        try:
            rows = [row for row in islice(csv.reader(io.StringIO(text_of(data), newline=""), delimiter=delimiter_of(data, path)), ROWS) if row]
        except csv.Error:
            continue
        if rows and "region_shape_attributes" in rows[0]:  # VIA's, whose cells hold JSON
            continue
        columns = columns_of(rows[:-1] if len(data) == PEEK else rows, finder, path.rpartition("/")[0])
        if columns is not None:
            yield path, columns


def read(tree: Tree) -> Reading:
    """Every line of every list: its image, its class, its box."""
    reading, finder = Reading("table", tree.root), Finder(tree)
    found = list(lists_in(tree))
    lists = [(columns, list(rows_of(tree, path, columns, finder, reading))) for path, columns in found]
    rows = [row for _, its in lists for row in its]
    form = next((columns.form for _, columns in found if columns.box), None)
    chosen: dict[str, Row] = {}
    for row in rows:
        if row.there and not (row.image in chosen and chosen[row.image].label):
            chosen[row.image] = row
    met = {row.label for row in (chosen.values() if form is None else rows)}
    reading.classes = tuple(name for name in _classes(rows, any(columns.hot for _, columns in found), form is not None) if name in met)
    numbers = {name: number for number, name in enumerate(reading.classes)}
    pictures = {image: Picture(image, row.split, numbers.get(row.label, -1) if form is None else -1) for image, row in chosen.items()}
    if not tree.aside:
        _unlisted(finder, pictures, reading, "" if any(columns.paired for columns, _ in lists) else "background" if form is not None else "unlisted")
    _repeated([its for columns, its in lists if its and not (columns.box or columns.hot or columns.paired)] if reading.classes else [], reading)
    for columns, its in lists if reading.classes else ():
        reading.flaws += _odd_flags(its) if columns.hot else ()
    reading.flaws += misspelt(Line(row.written, row.file, row.line, row.image) for row in rows if row.written and row.there) if reading.classes else ()
    _leaks(rows, reading)
    reading.pictures = list(pictures.values())
    if form is not None:
        _boxes(rows, form, numbers, reading)
    return reading


def _repeated(lists: list[list[Row]], reading: Reading) -> None:
    """Images that stand twice in a list of one class each, in one split: in two they are told as a leak."""
    for rows in lists:
        for split in sorted({row.told for row in rows}):
            reading.flaws += again(((row.image, row.label, row.line) for row in rows if row.there and row.label and row.told == split), rows[0].file)


def _odd_flags(rows: list[Row]) -> list[Flaw]:
    """Lines with no flag or with several, where nearly all have one."""
    found = [Flaw("label-value", row.file, row.line, says=f"has the classes {row.label.replace('|', ' and ')}", image=row.image) for row in rows if row.there and "|" in row.label]
    found += [Flaw("unlabelled", row.file, row.line, says="has no class", image=row.image) for row in rows if row.there and not row.label and row.split != "test"]
    return found if len(found) <= ODD * len(rows) else []


def _leaks(rows: list[Row], reading: Reading) -> None:
    """Images that lists name in training and in another split, each once."""
    listings, known = Listings(), set[tuple[str, str, str]]()
    for row in rows:
        if row.there and (row.image, row.told, row.file) not in known:
            known.add((row.image, row.told, row.file))
            reading.flaws += listings.leaks([(row.image, row.line)], row.told, row.file)


def _unlisted(finder: Finder, pictures: dict[str, Picture], reading: Reading, kind: str) -> None:
    """Images that no list names: forgotten where they lie among others that are named, else those of a test without labels. A list of boxes has no line for background."""
    folders = {path.rpartition("/")[0] for path in pictures}
    for path in finder.images:
        if path not in pictures and (path.rpartition("/")[0] in folders or split_of(path) == "test"):
            pictures[path] = Picture(path, split_of(path))
            if split_of(path) != "test" and kind:
                reading.flaws.append(Flaw(kind, path, says="is named by no list", image=path))


def _classes(rows: list[Row], hot: bool, boxed: bool) -> tuple[str, ...]:
    """The names of the classes in the order of their numbers; none where the column holds measures, or several labels each."""
    met = Counter(row.label for row in rows if row.label)
    flagged = [name for name in met if hot and "|" in name]
    if sum(met.pop(name) for name in flagged) > SEVERAL * len(rows):
        return ()
    several = [name for name in met if " " in name or "|" in name or "," in name]
    if any(re.fullmatch(r"-?\d+\.\d*[1-9]\d*", name) for name in met) or (several and any(set(re.split(r"[ |,]+", name)) & met.keys() for name in several)):
        return ()
    if not (hot or boxed) and len(met) > 2 and 10 * len(met) > 9 * met.total():
        return ()
    return tuple(sorted(met, key=lambda name: (not name.isdecimal(), int(name) if name.isdecimal() and len(name) < 20 else 0, name)))


def _boxes(rows: list[Row], form: str, numbers: dict[str, int], reading: Reading) -> None:
    """The boxes of the lines into the table. Where nearly all are shares of the image, they are kept as centre, width and height."""
    taken = [(row, numbers_of(row.box)) for row in rows if any(row.box)]
    plain = [box for _, box in taken if box is not None]
    small = [box for box in plain if all(-1 <= value <= 1.5 for value in box) and any(0 < value < 1 for value in box)]
    shares = bool(plain) and len(small) >= SHARES * len(plain)
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
