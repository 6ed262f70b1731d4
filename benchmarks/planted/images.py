"""Defects of image files."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

Plant = Callable[[Path], "str | None"]


def _again(path: Path, mode: str = "RGB", **options: object) -> None:
    image = Image.open(path).convert(mode)
    image.save(path, **{"format": "JPEG", "quality": 90, **options})


def _zeroed(path: Path) -> None:
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(400)
    path.write_bytes(data)


def _cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])


def _png_with_a_wrong_byte(path: Path) -> None:
    buffer = io.BytesIO()
    Image.open(path).save(buffer, "PNG")
    data = bytearray(buffer.getvalue())
    data[len(data) // 2] ^= 0x40
    path.unlink()
    path.with_suffix(".png").write_bytes(data)


def _bomb(path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    path.unlink()
    path.with_suffix(".png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))


def _sixteen(path: Path) -> None:
    grey = np.asarray(Image.open(path).convert("L"), dtype=np.uint16) * 257
    path.unlink()
    Image.fromarray(grey).save(path.with_suffix(".png"))


def _turned(path: Path) -> None:
    image = Image.open(path)
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(path, quality=90, exif=exif)


def _twice(path: Path) -> None:
    path.with_name(path.stem + "_copy.jpg").write_bytes(path.read_bytes())


def _nearly(path: Path) -> None:
    image = Image.open(path)
    image.resize((image.width * 9 // 10, image.height * 9 // 10)).save(path.with_name(path.stem + "_small.jpg"), quality=70)


def _linked(path: Path) -> None:
    os.symlink("/nowhere/at/all.jpg", path.with_name("broken.jpg"))


def _looped(path: Path) -> None:
    os.symlink("..", path.parent / "up")


def _pipe(path: Path) -> None:
    os.mkfifo(path.with_name("pipe.jpg"))


IMAGES: dict[str, tuple[str, Callable[[Path], None]]] = {
    "zeroed block": ("corrupt-image", _zeroed),
    "no byte": ("corrupt-image", lambda path: path.write_bytes(b"") and None),
    "an HTML page": ("corrupt-image", lambda path: path.write_bytes(b"<html><body>404 Not Found</body></html>" * 20) and None),
    "a wrong byte in a PNG": ("corrupt-image", _png_with_a_wrong_byte),
    "cut off": ("truncated-image", _cut),
    "a second image joined on": ("image-trailing-bytes", lambda path: path.write_bytes(path.read_bytes() * 2) and None),
    "grey among colour": ("channel-mismatch", lambda path: _again(path, "L")),
    "CMYK": ("image-mode-unusual", lambda path: _again(path, "CMYK")),
    "16 bits": ("image-mode-unusual", _sixteen),
    "a PNG named .jpg": ("extension-mismatch", lambda path: _again(path, format="PNG")),
    "EXIF orientation": ("exif-rotation", _turned),
    "three pixels": ("image-too-small", lambda path: Image.new("RGB", (3, 3), (9, 90, 200)).save(path)),
    "a bomb": ("image-too-large", _bomb),
    "one colour": ("blank-image", lambda path: Image.new("RGB", (640, 480), (40, 40, 40)).save(path, quality=90)),
    "a broken link": ("unreadable-entry", _linked),
    "a pipe": ("unreadable-entry", _pipe),
    "a loop of links": ("link-loop", _looped),
    "the same twice": ("duplicate-sample", _twice),
    "almost the same": ("near-duplicate-sample", _nearly),
}
"""What is done to an image, and the slug of the mistake."""
