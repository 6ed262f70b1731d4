"""What a copy means: beside the splits it is where they were taken from; with boxes of other classes one of the two is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.collect.files.conftest import photo, photos

from stepscope.checking import Looking, check

YAML = "train: images/train\nval: images/val\nnames: [cat, dog]\n"
BOX = "0 0.5 0.5 0.25 0.25\n1 0.3 0.4 0.2 0.3\n"


def found(root: Path) -> list[tuple[str, str]]:
    return [(each.name, Path(each.place.file or "").name) for each in check(root, looking=Looking(quick=True, cache=False)).findings]


@pytest.mark.parametrize("linked", [True, False])
def test_a_pool_beside_the_splits_is_no_copy(linked: bool, written: Callable[..., Path]) -> None:
    root = written(photos(*[f"all/{name}/{name}{number}.jpg" for name in ("cat", "dog") for number in range(4)]))
    for split, numbers in (("train", range(3)), ("val", range(3, 4))):
        for name in ("cat", "dog"):
            (root / split / name).mkdir(parents=True)
            for number in numbers:
                source, target = root / f"all/{name}/{name}{number}.jpg", root / split / name / f"{number}.jpg"
                target.symlink_to(source) if linked else shutil.copy(source, target)
    assert found(root) == []


def test_a_copy_within_a_split_is_told_also_where_a_pool_has_it(written: Callable[..., Path]) -> None:
    paths = [f"{split}/{name}/{number}.jpg" for split, count in (("train", 3), ("val", 1)) for name in ("cat", "dog") for number in range(count)]
    root = written({**photos(*paths), "all/x/a.jpg": photo(0), "all/y/b.jpg": photo(1), "train/cat/copy.jpg": photo(0)})
    assert found(root) == [("duplicate-sample", "copy.jpg")]


@pytest.mark.parametrize(
    ("text", "told"),
    [("1 0.5 0.5 0.25 0.25\n1 0.3 0.4 0.2 0.3\n", True), ("0 0.5 0.5 0.25 0.25\n", True), ("1 0.31 0.4 0.2 0.3\n0 0.49 0.5 0.25 0.25\n", False), ("", False)],
)  # fmt: skip
def test_boxes_of_a_copy(text: str, told: bool, written: Callable[..., Path]) -> None:
    paths = ["train/0", "train/1", "train/2", "val/3"]
    contents = {**photos(*[f"images/{path}.jpg" for path in paths]), **{f"labels/{path}.txt": BOX for path in paths}, "data.yaml": YAML}
    root = written({**contents, "images/train/copy.jpg": photo(0), "labels/train/copy.txt": text})
    assert ("conflicting-labels" in [name for name, _ in found(root)]) is told


def test_links_into_a_flat_pool_are_the_set(written: Callable[..., Path]) -> None:
    root = written(photos(*[f"store/{number}.jpg" for number in range(8)]))
    for number in range(8):
        folder = root / "train" / "ab"[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.jpg").symlink_to(root / f"store/{number}.jpg")
    report = check(root, looking=Looking(quick=True, cache=False))
    assert report.overview is not None
    assert ([each.name for each in report.findings], report.overview.splits, report.overview.classes) == ([], {"train": 8}, ("a", "b"))
