"""What Ultralytics asks of a set: a `data.yaml` that it takes, labels where it looks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.collect.files.conftest import photos

from stepscope.checking import Looking, check

PATHS = [f"{split}/{number}" for split, count in (("train", 4), ("val", 2)) for number in range(count)]
BOX = "0 0.5 0.5 0.25 0.25\n1 0.3 0.4 0.2 0.3\n"
YAML = "train: images/train\nval: images/val\nnames: [cat, dog]\n"
POSE = "0 0.5 0.5 0.2 0.2 0.45 0.45 2 0.55 0.55 2\n"


def yolo(text: str = BOX, yaml: str = YAML, images: str = "images", labels: str = "labels", ending: str = ".txt") -> dict[str, bytes | str]:
    texts = {f"{labels}/{path}{ending}": text for path in PATHS}
    return {**photos(*[f"{images}/{path}.jpg" for path in PATHS]), **texts, "data.yaml": yaml}


def found(contents: Mapping[str, bytes | str], written: Callable[..., Path]) -> list[tuple[str, str, str, int | None]]:
    report = check(written(contents), looking=Looking(quick=True, cache=False))
    return [(each.name, each.severity.name, Path(each.place.file or "").name, each.place.line) for each in report.findings]


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("train: images/train\nnames: [cat, dog]\n", ("annotation-parse", "ERROR", "data.yaml", 1)),
        ('train: images/train\nval: images/val\nnc: "2"\nnames: [cat, dog]\n', ("class-count-mismatch", "ERROR", "data.yaml", 3)),
        ('train: images/train\nval: images/val\nnames:\n  "0": cat\n  "1": dog\n', None),
        ("train: images/train\nvalidation: images/val\nnames: [cat, dog]\n", None),
        ("nc: 2\nnames: [cat, dog]\ntrain:\n  epochs: 3\n", None),
    ],
)
def test_keys_of_a_data_yaml(yaml: str, expected: tuple[str, str, str, int] | None, written: Callable[..., Path]) -> None:
    assert found(yolo(yaml=yaml), written) == [expected] * (expected is not None)


@pytest.mark.parametrize(("flips", "slug"), [("[1]", "segment-invalid"), ("[1, 2]", "segment-invalid"), ("[1, 0]", None)])
def test_flips_of_key_points(flips: str, slug: str | None, written: Callable[..., Path]) -> None:
    yaml = f"train: images/train\nval: images/val\nnames: [hand]\nkpt_shape: [2, 3]\nflip_idx: {flips}\n"
    assert found(yolo(POSE, yaml), written) == [(slug, "ERROR", "data.yaml", 5)] * (slug is not None)


@pytest.mark.parametrize(
    ("line", "apart"),
    [
        ("0 0.2 0.2 0.1 0.1 0.9 0.9 2 0.8 0.8 2\n", True), ("0 0.2 0.2 0.1 0.1 0.9 0.9 2 0.2 0.2 2\n", False), ("0 0.2 0.2 0.1 0.1 0.9 0.9 2 0.1 0.1 0\n", False),
        ("0 0.2 0.2 0.1 0.1 0.3 0.2 2 0.1 0.1 1\n", False),
    ],
)  # fmt: skip
def test_key_points_far_from_their_box(line: str, apart: bool, written: Callable[..., Path]) -> None:
    yaml = "train: images/train\nval: images/val\nnames: [hand]\nkpt_shape: [2, 3]\n"
    told = found({**yolo(POSE, yaml), "labels/train/0.txt": line}, written)
    assert told == [("segment-mismatch", "WARNING", "0.txt", 1)] * apart


@pytest.mark.parametrize(("images", "labels", "ending"), [("images", "label", ".txt"), ("Images", "Labels", ".txt"), ("images", "labels", ".jpg.txt")])
def test_labels_where_nobody_looks_are_told_once_and_read(images: str, labels: str, ending: str, written: Callable[..., Path]) -> None:
    contents = yolo(yaml=YAML.replace("images", images), images=images, labels=labels, ending=ending)
    contents[f"{labels}/train/1{ending}"] = "0 0.9 0.5 0.4 0.25\n1 0.3 0.4 0.2 0.3\n"
    assert found(contents, written) == [("box-out-of-image", "ERROR", f"1{ending}", 1), ("label-missing", "ERROR", "0.jpg", None)]


@pytest.mark.parametrize("other", [{"captions/train/0.txt": "a cat\n"}, {"old/train/0.txt": BOX, "older/train/0.txt": BOX}])
def test_other_texts_by_the_name_of_an_image_are_not_taken_for_its_labels(other: dict[str, str], written: Callable[..., Path]) -> None:
    contents = {**yolo(), **other}
    del contents["labels/train/0.txt"]
    assert ("label-missing", "ERROR", "0.jpg", None) not in found(contents, written)


def test_a_polygon_that_reaches_out_is_told_once(written: Callable[..., Path]) -> None:
    polygon = "0 0.1 0.1 0.5 0.12 0.6 0.5\n"
    told = found({**yolo(polygon, YAML.replace("[cat, dog]", "[cat]")), "labels/train/0.txt": "0 0.1 0.1 0.5 0.12 0.6 1.3\n"}, written)
    assert told == [("segment-mismatch", "WARNING", "0.txt", 1)]


def test_the_clean_set_is_clean(written: Callable[..., Path]) -> None:
    assert found(yolo(), written) == []
