"""Encoded images that lie in the cells of a Parquet or Arrow file."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from stepscope.collect.files.arrow import ArrowFile
from stepscope.collect.files.remote import Remote


def cell(root: Path | Remote, path: str, group: int, row: int) -> bytes:
    """The encoded image of one row. Raises OSError."""
    value = _column(os.path.join(root, path), group)[row].as_py()
    data = value.get("bytes") if isinstance(value, dict) else value
    return bytes(data) if data else b""


@lru_cache(maxsize=2)
def _column(path: str, group: int) -> Any:
    try:
        with table(path) as file:
            return file.read_row_group(group, columns=[str(image_column(file.schema_arrow))]).column(0)
    except Exception as problem:  # pyarrow raises many kinds for a damaged file
        raise OSError(0, f"{type(problem).__name__}: {problem}"[:200]) from None


def table(path: str) -> Any:
    """The file of either kind. Raises what pyarrow raises."""
    import pyarrow.parquet as parquet

    return ArrowFile(path) if path.lower().endswith(".arrow") else parquet.ParquetFile(path)


def image_column(schema: Any) -> str | None:
    """The column of images: a struct with `bytes`, else binary."""
    for field in schema:
        if str(field.type).startswith("struct") and field.type.get_field_index("bytes") >= 0:
            return str(field.name)
    return next((str(field.name) for field in schema if str(field.type) in ("binary", "large_binary")), None)
