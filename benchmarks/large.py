"""Time and memory of `stepscope check` on an annotation file of millions of boxes.

    python benchmarks/large.py [IMAGES] [BOXES]          # 60,000 and 500,000 with polygons; without these numbers

The images are not there: they are one finding each, which is the worst case for memory. The file is written to a temporary folder.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def write(path: Path, images: int, boxes: int, polygons: bool) -> None:
    """A COCO file whose annotations are all in order."""
    pick = random.Random(0)
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"images": [')
        for number in range(images):
            file.write(f'{", " * (number > 0)}{{"id": {number}, "file_name": "{number:012d}.jpg", "width": 640, "height": 480}}')
        file.write('], "categories": [' + ", ".join(f'{{"id": {number + 1}, "name": "class {number}"}}' for number in range(80)) + '], "annotations": [')
        for number in range(boxes):
            x, y, w, h = pick.randrange(500), pick.randrange(380), pick.randrange(5, 100), pick.randrange(5, 90)
            inner = [f"{x + w * pick.random():.2f}, {y + h * pick.random():.2f}" for _ in range(16)] if polygons else []
            polygon = ", ".join([f"{x}, {y}", f"{x + w}, {y}", f"{x + w}, {y + h}", *inner, f"{x}, {y + h}"])
            segment = f', "segmentation": [[{polygon}]]' if polygons else ""
            file.write(
                f'{", " * (number > 0)}{{"id": {number}, "image_id": {pick.randrange(images)}, "category_id": {pick.randrange(80) + 1}, '
                f'"bbox": [{x}, {y}, {w}, {h}], "area": {w * h / 2}, "iscrowd": 0{segment}}}'
            )
        file.write("]}")


def main(images: int, boxes: int, polygons: bool) -> None:
    """Print one row."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instances_train.json"
        write(path, images, boxes, polygons)
        began = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", "stepscope", "check", str(path), "--quiet"], env={**os.environ, "OMP_NUM_THREADS": "1"})
        _, _, used = os.wait4(process.pid, 0)
        print("| images | boxes | polygons | file | CPU | wall | peak memory |\n|---|---|---|---|---|---|---|")
        print(
            f"| {images:,} | {boxes:,} | {'yes' if polygons else 'no'} | {path.stat().st_size / 1e6:,.0f} MB | {used.ru_utime + used.ru_stime:.1f} s | "
            f"{time.perf_counter() - began:.1f} s | {used.ru_maxrss / 1e3:,.0f} MB |"
        )


if __name__ == "__main__":
    given = [int(argument.replace(",", "")) for argument in sys.argv[1:]]
    main(*(given or [60_000, 500_000]), polygons=not given)
