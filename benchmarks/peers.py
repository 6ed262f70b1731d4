"""How many images `stepscope check` looks at in a CPU-second, beside the programs that people use for it, on the same files with all cores.

    python -m benchmarks.peers [COUNT] [PYTHON]

Writes COUNT (6,000) photos of about 640x480 as a YOLO set. PYTHON is an interpreter in whose environment the peers are installed (`pip install ultralytics cleanvision datumaro`);
those that it lacks are left out. Each job runs in a process of its own that imports what it needs first; its CPU seconds (with its processes') are counted from then on,
those of `stepscope check` from before its processes start. The fewest of some rounds count, the rounds of all jobs interleaved.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.planted.clean import shots, write

ROUNDS = 3
BEGIN = """
import glob, os, resource, sys, time
root = sys.argv[1]
paths = sorted(glob.glob(root + "/images/*/*.jpg"))
def spent():
    return sum(use.ru_utime + use.ru_stime for use in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
{imports}
before, began = spent(), time.perf_counter()
{job}
print("spent", spent() - before, time.perf_counter() - began)
"""
JOBS = {
    "simplejpeg alone: strict, grey, an eighth": (
        "from simplejpeg import decode_jpeg",
        "for path in paths:\n    decode_jpeg(open(path, 'rb').read(), 'GRAY', min_height=1, min_width=1, min_factor=8)",
    ),
    "Pillow: full decode": ("from PIL import Image", "for path in paths:\n    Image.open(path).load()"),
    "Ultralytics: the scan before a training (headers, ends, labels)": (
        "from multiprocessing.pool import ThreadPool\nfrom ultralytics.data.utils import verify_image_label",
        ("labels = [path.replace('/images/', '/labels/').replace('.jpg', '.txt') for path in paths]\n"
        "jobs = [(path, label, '', False, 80, 0, 0, False) for path, label in zip(paths, labels)]\n"
        "with ThreadPool(os.cpu_count()) as pool:\n    found = sum(each[6] for each in pool.imap(verify_image_label, jobs))\nassert found == len(paths), found"),
    ),
    "CleanVision: all its issues": ("from cleanvision import Imagelab", "Imagelab(data_path=root + '/images').find_issues(n_jobs=os.cpu_count(), verbose=False)"),
    "Datumaro: import and validation, no pixels": (
        "from datumaro.components.dataset import Dataset\nfrom datumaro.plugins.validators import DetectionValidator",
        ("data = Dataset.import_from(root, 'yolo')\n"
        "DetectionValidator(few_samples_thr=1, imbalance_ratio_thr=50, far_from_mean_thr=5, dominance_ratio_thr=0.8, topk_bins=0.1).validate(data)"),
    ),
    "stepscope check --quick": ("from stepscope.checking import Looking, check", "check(root, looking=Looking(quick=True, cache=False))"),
    "stepscope check": ("from stepscope.checking import Looking, check", "check(root, looking=Looking(cache=False))"),
    "stepscope check, once more, nothing changed": ("from stepscope.checking import Looking, check", "check(root)"),
}


def timed(python: str, name: str, root: Path) -> tuple[float, float] | None:
    """CPU and wall seconds of one job; None where what it needs is not installed."""
    imports, job = JOBS[name]
    code = BEGIN.format(imports=imports, job=job)
    environment = {**os.environ, "STEPSCOPE_CACHE": str(root.parent / "cache"), "YOLO_CONFIG_DIR": str(root.parent), "YOLO_OFFLINE": "true"}
    ran = subprocess.run([python, "-c", code, str(root)], capture_output=True, text=True, env=environment, check=False)
    told = [line for line in ran.stdout.splitlines() if line.startswith("spent ")]
    if not told:
        print(f"{name}: {(ran.stderr.strip().splitlines() or ['nothing'])[-1]}", file=sys.stderr)
        return None
    _, cpu, wall = told[-1].split()
    return float(cpu), float(wall)


def main(count: int, peers: str) -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "data"
        write(root, "yolo", shots(count))
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in JOBS}
        for _ in range(ROUNDS):
            for name, so_far in times.items():
                found = timed(sys.executable if "stepscope" in name or "alone" in name or "Pillow" in name else peers, name, root)
                so_far += [found] if found else []
        print(f"{count:,} images, {os.cpu_count()} cores\n\n| job | images a CPU-second | images a second |\n|---|---|---|")
        for name, so_far in times.items():
            if so_far:
                print(f"| {name} | {count / min(cpu for cpu, _ in so_far):,.0f} | {count / min(wall for _, wall in so_far):,.0f} |")


if __name__ == "__main__":
    main(int((sys.argv[1:2] or ["6000"])[0].replace(",", "")), (sys.argv[2:3] or [sys.executable])[0])
