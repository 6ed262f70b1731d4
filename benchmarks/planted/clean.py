"""Clean data sets of real photos, cropped and re-encoded: the same images and boxes as YOLO, COCO, VOC and class folders."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageEnhance

CLASSES = ("cat", "coffee", "person", "rocket", "wheel")
LAYOUTS = ("yolo", "coco", "voc", "folders")


class Shot(NamedTuple):
    """One image, encoded, with its boxes: class, left, top, width and height in pixels."""

    split: str
    name: str
    data: bytes
    size: tuple[int, int]
    boxes: list[tuple[int, int, int, int, int]]


def photos() -> list[Image.Image]:
    """The photos that scikit-image and scikit-learn carry, each at least 1000 pixels wide."""
    from skimage import data
    from sklearn.datasets import load_sample_images

    arrays = [data.chelsea(), data.astronaut(), data.coffee(), data.rocket(), *load_sample_images().images]
    return [Image.fromarray(a).resize((1000, round(1000 * a.shape[0] / a.shape[1])), Image.Resampling.LANCZOS) for a in arrays]


def shots(count: int, seed: int = 0) -> Iterator[Shot]:
    """Crops around 640x480, no two alike: of another place, size, contrast and quality each."""
    pick, sources = random.Random(seed), photos()
    for number in range(count):
        source = sources[number % len(sources)]
        width, height = pick.randrange(560, 700), min(pick.randrange(400, 540), source.height - 1)
        left, top = pick.randrange(source.width - width), pick.randrange(max(1, source.height - height))
        crop = source.crop((left, top, left + width, top + height)).rotate(pick.uniform(-25, 25), Image.Resampling.BILINEAR, fillcolor=(90, 110, 80))
        crop = ImageEnhance.Contrast(crop).enhance(pick.uniform(0.8, 1.2))
        pixels = np.asarray(crop, dtype=np.int16) + np.random.default_rng(number).integers(-12, 13, (height, width, 1), dtype=np.int16)
        for _ in range(3):  # what tells one crop from another: bars across it
            x, y, colour = pick.randrange(width - 90), pick.randrange(height - 90), [pick.randrange(256) for _ in range(3)]
            pixels[y : y + pick.randrange(30, 90), x : x + pick.randrange(30, 90)] = colour
        buffer = io.BytesIO()
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=pick.randrange(85, 95))
        boxes = []
        for _ in range(pick.randrange(1, 7)):
            w, h = pick.randrange(24, 200), pick.randrange(24, 200)
            boxes.append((pick.randrange(len(CLASSES)), pick.randrange(width - w), pick.randrange(height - h), w, h))
        yield Shot("train" if number % 5 else "val", f"{number:06d}", buffer.getvalue(), (width, height), boxes)


def write(root: Path, layout: str, found: list[Shot]) -> None:
    """The shots as one layout lays them out."""
    {"yolo": _yolo, "coco": _coco, "voc": _voc, "folders": _folders}[layout](root, found)


def _put(path: Path, data: bytes | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())


def _yolo(root: Path, found: list[Shot]) -> None:
    for shot in found:
        width, height = shot.size
        lines = [f"{c} {(x + w / 2) / width:.6f} {(y + h / 2) / height:.6f} {w / width:.6f} {h / height:.6f}" for c, x, y, w, h in shot.boxes]
        _put(root / "images" / shot.split / f"{shot.name}.jpg", shot.data)
        _put(root / "labels" / shot.split / f"{shot.name}.txt", "\n".join(lines) + "\n")
    _put(root / "data.yaml", f"path: .\ntrain: images/train\nval: images/val\nnc: {len(CLASSES)}\nnames: [{', '.join(CLASSES)}]\n")


def _coco(root: Path, found: list[Shot]) -> None:
    for split in ("train", "val"):
        written: dict[str, list[dict[str, object]]] = {"images": [], "categories": [{"id": n + 1, "name": name} for n, name in enumerate(CLASSES)], "annotations": []}
        for number, shot in enumerate(shot for shot in found if shot.split == split):
            written["images"].append({"id": number, "file_name": f"{shot.name}.jpg", "width": shot.size[0], "height": shot.size[1]})
            _put(root / split / f"{shot.name}.jpg", shot.data)
            for c, x, y, w, h in shot.boxes:
                polygon = [x, y, x + w, y, x + w, y + h, x, y + h]
                written["annotations"].append(
                    {"id": len(written["annotations"]), "image_id": number, "category_id": c + 1, "bbox": [x, y, w, h], "area": w * h, "iscrowd": 0, "segmentation": [polygon]}
                )
        _put(root / "annotations" / f"instances_{split}.json", json.dumps(written, indent=1))


def _voc(root: Path, found: list[Shot]) -> None:
    for shot in found:
        objects = "".join(
            f"  <object>\n    <name>{CLASSES[c]}</name>\n    <truncated>0</truncated>\n    <difficult>0</difficult>\n    <bndbox>\n      <xmin>{x}</xmin>\n"
            f"      <ymin>{y}</ymin>\n      <xmax>{x + w}</xmax>\n      <ymax>{y + h}</ymax>\n    </bndbox>\n  </object>\n"
            for c, x, y, w, h in shot.boxes
        )
        size = f"  <size>\n    <width>{shot.size[0]}</width>\n    <height>{shot.size[1]}</height>\n    <depth>3</depth>\n  </size>\n"
        _put(root / shot.split / "annotations" / f"{shot.name}.xml", f"<annotation>\n  <filename>{shot.name}.jpg</filename>\n{size}{objects}</annotation>\n")
        _put(root / shot.split / "images" / f"{shot.name}.jpg", shot.data)


def _folders(root: Path, found: list[Shot]) -> None:
    for number, shot in enumerate(found):
        _put(root / shot.split / CLASSES[number // 5 % len(CLASSES)] / f"{shot.name}.jpg", shot.data)
