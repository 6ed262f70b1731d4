"""How many images `stepscope check` looks at in a CPU-second, against simplejpeg alone and Pillow.

Run it with `python benchmarks/images.py`. It makes 2,000 JPEG files of about 640x480 pixels in a temporary folder.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import simplejpeg
from PIL import Image
from skimage import data

from stepscope.checking import Looking, check
from stepscope.collect.files.inspecting import CHUNK, inspect_all
from stepscope.collect.files.looking import inspected
from stepscope.collect.files.recognise import read_as
from stepscope.collect.files.tree import walk
from stepscope.evidence import FACTS

COUNT, ROUNDS = 2000, 4


def write(root: Path) -> list[str]:
    """Parts of five photos, each with a quality and a place of its own."""
    dice, paths = random.Random(0), []
    photos = [Image.fromarray(getattr(data, name)()) for name in ("astronaut", "chelsea", "coffee", "rocket", "immunohistochemistry")]
    for number in range(COUNT):
        photo = photos[number % len(photos)]
        share = dice.uniform(0.45, 0.9)
        left, top = dice.uniform(0, photo.width * (1 - share)), dice.uniform(0, photo.height * (1 - share))
        part = photo.crop((int(left), int(top), int(left + photo.width * share), int(top + photo.height * share))).resize((dice.choice((600, 640, 700)), 480))
        paths.append(str(root / f"{'ab'[number % 2]}" / f"{number:05}.jpg"))
        os.makedirs(os.path.dirname(paths[-1]), exist_ok=True)
        part.save(paths[-1], quality=dice.randint(88, 94))
    return paths


def cpu() -> float:
    """CPU seconds of this process and of those that it waited for."""
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def best(job: Callable[[], object]) -> float:
    """The fewest CPU seconds of some rounds: a shared machine only adds to them."""
    spent = []
    for _ in range(ROUNDS):
        began = cpu()
        job()
        spent.append(cpu() - began)
    return min(spent)


def strict(paths: list[str]) -> None:
    """Simplejpeg alone: read and decode, nothing else."""
    for path in paths:
        with open(path, "rb") as file:
            simplejpeg.decode_jpeg(file.read(), "GRAY", min_height=1, min_width=1, min_factor=8)


def full(paths: list[str]) -> None:
    for path in paths:
        with Image.open(path) as image:
            image.load()


def looked_at(root: Path, quick: bool, cache: bool) -> None:
    tree = walk(root)
    inspect_all(read_as(tree, "folders"), tree, Looking(quick, 1, cache), silent)


def in_place(paths: list[str], quick: bool) -> None:
    """What a process does once it runs, without the process."""
    for start in range(0, len(paths), CHUNK):
        inspected({"root": "/", "quick": quick}, [(path, None) for path in paths[start : start + CHUNK]], lambda: None)


def silent(_done: int, _of: int) -> None:
    """No progress."""


def million() -> dict[str, float]:
    """The cache with a million entries: seconds to write and to read it, megabytes on disk."""
    import numpy as np

    from stepscope.collect.files.cache import Cache

    paths = [f"train/class{number % 1000:03}/image_{number:08}.jpg" for number in range(1_000_000)]
    stamps, facts = np.arange(2_000_000).reshape(-1, 2), np.zeros(1_000_000, [(name, *kind) for name, *kind in FACTS])
    cache = Cache(Path("/nowhere"), False)
    times = {}
    for name, job in (("write", lambda: cache.save(paths, stamps, facts, {})), ("read", lambda: cache.load(paths, stamps)), ("read, one file more", lambda: cache.load([*paths, "x"], np.vstack([stamps, [[0, 0]]])))):
        began = time.perf_counter()
        job()
        times[name] = time.perf_counter() - began
    return {**times, "megabytes": cache.path.stat().st_size / 1e6, "peak megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["STEPSCOPE_CACHE"] = str(Path(folder) / "cache")
        root = Path(folder) / "data"
        paths = write(root)
        print(f"{COUNT:,} files, {sum(map(os.path.getsize, paths)) / COUNT / 1000:.0f} KB each, Python {sys.version.split()[0]}\n")
        print("| job | images a CPU-second |\n|---|---|")
        looked_at(root, False, True)
        jobs: dict[str, Callable[[], object]] = {
            "simplejpeg alone, strict, grey, an eighth": lambda: strict(paths),
            "Pillow, full decode": lambda: full(paths),
            "inspection, full, once its process runs": lambda: in_place(paths, False),
            "inspection, quick, once its process runs": lambda: in_place(paths, True),
            "inspection, full, with the start of its process": lambda: looked_at(root, False, False),
            "inspection, quick, with the start of its process": lambda: looked_at(root, True, False),
            "second run, nothing changed (walk, cache)": lambda: looked_at(root, False, True),
            "whole command, quick": lambda: check(root, looking=Looking(True, 1, False)),
        }
        for name, job in jobs.items():
            print(f"| {name} | {COUNT / best(job):,.0f} |", flush=True)
        print("\n| a cache of a million files | |\n|---|---|")
        for name, value in million().items():
            print(f"| {name} | {value:,.2f} |")


if __name__ == "__main__":
    main()
