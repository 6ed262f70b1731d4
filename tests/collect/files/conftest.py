"""Data sets of a few small photos, written as a test says: a path and what stands in it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Contents = Mapping[str, bytes | str]
WIDTH, HEIGHT = 96, 64


@cache
def photo(number: int, kind: str = "JPEG", size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
    """A crop of a photo that scikit-image carries; each number another place."""
    from skimage import data

    source = (data.astronaut, data.coffee, data.chelsea, data.rocket)[number % 4]()
    top, left = 17 * number % 150, 29 * number % 200
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(source[top : top + size[1], left : left + size[0]])).save(buffer, kind)
    return buffer.getvalue()


def photos(*paths: str) -> dict[str, bytes | str]:
    """A photo at each of these paths."""
    kinds = {".png": "PNG", ".bmp": "BMP"}
    return {path: photo(number, kinds.get(Path(path).suffix.lower(), "JPEG")) for number, path in enumerate(paths)}


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Contents], Path]:
    """Writes a data set into a folder and gives the folder."""

    def write(contents: Contents) -> Path:
        root = tmp_path / "set"
        root.mkdir()
        for path, content in contents.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return write
