"""A CSV or TSV list: one line per image, or per box."""

from __future__ import annotations

import csv
import io
import os

from stepscope.collect.files.reading import Picture, Reading, is_image, split_of
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Flaw

PATHS = ("path", "image_path", "filepath", "file_path", "file", "filename", "file_name", "image", "image_id", "img", "img_path", "id", "image_name")
"""Names of the column that holds the image."""
LABELS = ("label", "class", "class_name", "category", "target", "y", "label_name", "class_id", "label_id")
"""Names of the column that holds the class."""


def is_list(data: bytes, name: str) -> bool:
    """Whether the beginning of a file looks like a list of images."""
    rows = list(csv.reader(io.StringIO(data[:4000].decode("utf-8-sig", "replace")), delimiter=_delimiter(name)))[:-1]
    return (len(rows) > 1 and any(is_image(cell) for cell in rows[1])) or bool(rows and {cell.strip().lower() for cell in rows[0]} & set(PATHS[:-2]))


def read(tree: Tree) -> Reading:
    """Every line of every list: its image and its class."""
    reading = Reading("table", tree.root)
    by_name = {path.rpartition("/")[2]: path for path in tree.files if is_image(path)}
    rows: list[tuple[str, int, str, str, str]] = []
    for path in tree.named(".csv", ".tsv"):
        if is_list(tree.read(path, 65536), path):
            rows += _rows(tree, path, by_name, reading)
    names = tuple(sorted({label for *_, label in rows if label}, key=lambda name: (not name.lstrip("-").isdigit(), int(name) if name.lstrip("-").isdigit() else 0, name)))
    numbers = {name: number for number, name in enumerate(names)}
    reading.classes = names
    reading.pictures = [Picture(image, split, numbers.get(label, -1)) for image, _, _, split, label in rows if image in tree.files]
    return reading


def _rows(tree: Tree, path: str, by_name: dict[str, str], reading: Reading) -> list[tuple[str, int, str, str, str]]:
    """(image, line, list, split, class) of each line; what has no image is a flaw."""
    data = tree.read(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        reading.flaws.append(Flaw("encoding", path, data[: problem.start].count(b"\n") + 1, says=f"byte {data[problem.start]:#04x} is not UTF-8"))
        text = data.decode("latin-1")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(path))
    head = [cell.strip().lower() for cell in next(lines, [])]
    where = next((head.index(name) for name in PATHS if name in head), 0)
    what = next((head.index(name) for name in LABELS if name in head), 1 if len(head) > 1 else None)
    folder, stem = os.path.split(path)
    found = []
    for cells in lines:
        name = cells[where].strip() if len(cells) > where else ""
        image = next((each for each in (os.path.normpath(os.path.join(folder, name)).replace(os.sep, "/"), by_name.get(name.rpartition("/")[2], "")) if each in tree.files), name)
        label = cells[what].strip() if what is not None and len(cells) > what else ""
        if image not in tree.files:
            reading.flaws.append(Flaw("no-image", path, lines.line_num, says=f"{name!r} is not there" if name else "names no image", image=name))
        elif not label and what is not None:
            reading.flaws.append(Flaw("unlabelled", path, lines.line_num, says="has no class", image=image))
        found.append((image, lines.line_num, path, split_of(image) or split_of(f"{os.path.splitext(stem)[0]}/x"), label))
    return found


def _delimiter(name: str) -> str:
    return "\t" if name.lower().endswith(".tsv") else ","
