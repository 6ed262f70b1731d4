"""What `stepscope check` finds of planted defects, what it misses, and what it raises on the clean part.

    python -m benchmarks.datasets [COUNT] [LAYOUT ...]

A set of COUNT (600) real photos, cropped and re-encoded, is written as each layout; every kind of defect is put into images of its own, twice.
A finding counts where its slug and one of its places name the image or its annotation; whatever is found anywhere else is false.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.planted.clean import LAYOUTS, Shot, shots, write
from benchmarks.planted.images import IMAGES
from benchmarks.planted.labels import LABELS
from stepscope import Finding, check
from stepscope.checking import Looking

TIMES = 2
NAMELESS = ("link-loop", "unreadable-entry")
WITHOUT = ("path", "not there", "id of nothing", "no image id", "id twice")
"""Defects that have no image to be named by: it is enough that they are found."""
FOLLOWS = {
    "image-too-small": {"image-size-mismatch", "box-out-of-image", "box-empty", "image-quality"}, "image-too-large": {"image-size-mismatch", "image-missing", "label-missing", "annotation-value"},
    "extension-mismatch": {"image-mode-unusual"}, "channel-mismatch": set(), "image-mode-unusual": {"annotation-value", "channel-mismatch", "image-missing", "label-missing", "extension-mismatch"},
    "corrupt-image": {"annotation-value", "image-missing", "label-missing"}, "blank-image": {"image-size-mismatch", "image-quality"}, "duplicate-sample": {"label-missing"},
    "near-duplicate-sample": {"label-missing", "split-leak"}, "annotation-id-clash": {"label-missing"}, "image-missing": {"annotation-parse"},
}  # fmt: skip
"""What else is true of an image with this defect as it is put in: a thumbnail in the place of a photo has another size, a copy has no label."""


def image_at(root: Path, layout: str, shot: Shot) -> Path:
    """Where the image of a shot lies."""
    if layout == "folders":
        return next(root.glob(f"{shot.split}/*/{shot.name}.jpg"))
    return root / {"yolo": f"images/{shot.split}", "coco": shot.split, "voc": f"{shot.split}/images"}[layout] / f"{shot.name}.jpg"


def is_nameless(kind: str, slug: str) -> bool:
    """Whether no image is named by it."""
    return slug in NAMELESS or any(word in kind for word in WITHOUT)


def plant(root: Path, layout: str, found: list[Shot]) -> dict[str, tuple[str, str]]:
    """Put every defect into an image of its own. The name of each image that has one, with the kind and the slug."""
    free = iter([shot for shot in found if shot.split == "train"])
    ledger = {}
    for kind, (slug, change) in {**IMAGES, **LABELS[layout]}.items():
        for _ in range(1 if is_nameless(kind, slug) else TIMES):
            shot = next(free)
            ledger[shot.name] = (kind, slug)
            if kind in IMAGES:
                change(image_at(root, layout, shot))
            else:
                change(root, shot.name)
    return ledger


def named(finding: Finding, names: set[str]) -> set[str]:
    """The names of the images that a finding's places are about."""
    paths = [path for place in (finding.place, *finding.places) for path in (place.file, place.image, *(s.file for s in place.samples), place.about) if path]
    return {part for path in paths for part in path.replace(".", "/").replace("_", "/").replace("'", "/").split("/") if part in names}


def measure(layout: str, count: int) -> None:
    """One row for each kind, and what is false."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        found = list(shots(count))
        write(root, layout, found)
        before = check(root, looking=Looking(cache=False))
        print(f"\n## {layout}: {count} clean images: {len(before.findings)} findings {[(each.name, each.headline) for each in before.findings]}\n")
        ledger = plant(root, layout, found)
        report = check(root, looking=Looking(cache=False))
    told = {(name, finding.name) for finding in report.findings for name in named(finding, {shot.name for shot in found})} | {("", finding.name) for finding in report.findings}
    kinds = Counter(ledger.values())
    print("| defect | mistake | planted | found |\n|---|---|---|---|")
    for (kind, slug), planted in kinds.items():
        hits = ("", slug) in told if is_nameless(kind, slug) else sum((name, slug) in told for name, what in ledger.items() if what == (kind, slug))
        print(f"| {kind} | {slug} | {planted} | {int(hits)} |")
    false = sorted((name, slug) for name, slug in told if name and slug != ledger.get(name, ("", ""))[1] and slug not in FOLLOWS.get(ledger.get(name, ("", ""))[1], ()))
    print(f"\nfalse: {[(slug, ledger.get(name, 'clean')) for name, slug in false]}", flush=True)


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    for each in [argument for argument in sys.argv[1:] if argument in LAYOUTS] or LAYOUTS:
        measure(each, numbers[0] if numbers else 600)
