"""Parquet and Arrow files that hold encoded images, as Hugging Face data sets keep them: a column of {bytes, path} and one of labels."""

from __future__ import annotations

import json
import os
from typing import Any

from stepscope.collect.files.arrow import ArrowFile
from stepscope.collect.files.cells import image_column, table
from stepscope.collect.files.reading import Picture, Reading, split_in, split_of
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Flaw

LABELS = ("label", "labels", "fine_label", "class", "target", "category")


class NeedsPyarrow(ValueError):
    """To read Parquet files takes pyarrow."""


def read(tree: Tree) -> Reading:
    """Every row of every file."""
    try:
        import pyarrow.parquet
    except ImportError:
        raise NeedsPyarrow("to read Parquet files, install pyarrow: pip install 'stepscope[parquet]'") from None
    del pyarrow
    reading = Reading("parquet", tree.root)
    for path in tree.named(".parquet", ".arrow"):
        try:
            with table(os.path.join(tree.root, path)) as file:
                _file(file, path, reading)
        except Exception as problem:  # pyarrow raises many kinds for a damaged file
            reading.flaws.append(Flaw("parse", path, says=f"{type(problem).__name__}: {problem}"[:200]))
    return reading


def _rows(file: Any, group: int) -> int:
    return file.rows_of(group) if isinstance(file, ArrowFile) else int(file.metadata.row_group(group).num_rows)


def _file(file: Any, path: str, reading: Reading) -> None:
    column = image_column(file.schema_arrow)
    if column is None and path.lower().endswith(".arrow"):  # the order of rows after a shuffle, text
        return
    if column is None:
        reading.flaws.append(Flaw("field", path, says=f"has no column of encoded images, but {', '.join(file.schema_arrow.names)[:100]}"))
        return
    label = next((name for name in LABELS if name in file.schema_arrow.names), None)
    names = _names(file.schema_arrow, label)
    if names and not reading.classes:
        reading.classes, reading.declared = names, True
    split = split_of(path) or split_in(path.rpartition("/")[2])
    outside: list[Flaw] = []
    labelled = False
    for group in range(file.num_row_groups):
        rows = _rows(file, group)
        labels = file.read_row_group(group, columns=[label]).column(0).to_pylist() if label else [None] * rows
        for row, value in enumerate(labels):
            number = value if isinstance(value, int) else -1
            labelled |= number >= 0
            image = f"{path}/{group}/{row}"
            if label and value is None:
                reading.flaws.append(Flaw("unlabelled", path, says=f"row {row} of row group {group} has no {label}", image=image))
            elif reading.declared and not 0 <= number < len(reading.classes):
                outside.append(Flaw("label-outside", path, says=f"{label} is {value} in row {row} of row group {group}; there are {len(reading.classes)} classes", image=image))
            reading.pictures.append(Picture(image, split, number, (path, group, row)))
    reading.flaws += outside if labelled else []  # -1 throughout is how a test set keeps its labels back


def _names(schema: Any, label: str | None) -> tuple[str, ...]:
    """The class names that Hugging Face keeps in the file's metadata."""
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
        return tuple(map(str, features[label]["names"]))
    except (KeyError, TypeError, ValueError):
        return ()
