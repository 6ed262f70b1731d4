"""What stands in the lists and annotation files of two splits is compared; lists that are meant to repeat are left alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.collect.files.clean_sets import SETS
from tests.collect.files.conftest import Contents, photos

from stepscope.checking import Looking, check

NAMES = [f"{number:02}" for number in range(12)]
BOX = "0 0.5 0.5 0.25 0.25\n"
CLASSES = {**photos("train/images/a.jpg", "validation/images/b.jpg"), "train/annotations/a.txt": BOX, "validation/annotations/b.txt": BOX, "train/annotations/classes.txt": "cat\ndog\n"}


def coco(names: list[str], second: str = "dog") -> str:
    images = [{"id": number, "file_name": f"{name}.jpg", "width": 96, "height": 64} for number, name in enumerate(names)]
    boxes = [{"id": number, "image_id": number, "category_id": number % 2 + 1, "bbox": [1, 1, 20, 20], "area": 400, "iscrowd": 0} for number in range(len(names))]
    return json.dumps({"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": second}]}, indent=0)


def table(names: list[str], more: str = "") -> str:
    return "image,label\n" + "".join(f"{name}.jpg,{'cat' if number % 2 else 'dog'}\n" for number, name in enumerate(names)) + more


def lines(names: list[str]) -> str:
    return "".join(f"./images/{name}.jpg\n" for name in names)


def found_in(root: Path) -> set[tuple[str, str, int | None]]:
    report = check(root, looking=Looking(quick=True, cache=False))
    return {(each.name, str(place.file).removeprefix(f"{root}/"), place.line) for each in report.findings for place in (each.place, *each.places)}


IMAGES = photos(*[f"images/{name}.jpg" for name in NAMES])
YOLO = {**IMAGES, **{f"labels/{name}.txt": BOX for name in NAMES}, "data.yaml": "train: train.txt\nval: val.txt\nnames: [cat]\n"}
VOC = {path.replace("VOCdevkit/VOC2007/", ""): content for path, content in SETS["voc devkit"][0].items()}


@pytest.mark.parametrize(
    ("contents", "file", "line"),
    [
        ({**IMAGES, "train.csv": table(NAMES[:9]), "val.csv": table(NAMES[8:])}, "val.csv", 2),
        ({**YOLO, "train.txt": lines(NAMES[:9]), "val.txt": lines(NAMES[7:8] + NAMES[9:])}, "val.txt", 1),
        ({**IMAGES, "annotations/instances_train.json": coco(NAMES[:9]), "annotations/instances_val.json": coco(NAMES[8:])}, "annotations/instances_val.json", 3),
        ({**YOLO, "data.yaml": "train: images\nval: images\nnames: [cat]\n"}, "data.yaml", 2),
        ({**YOLO, "data.yaml": "train: .\nval: images\nnames: [cat]\n"}, "data.yaml", 2),
        ({**VOC, "ImageSets/Main/train.txt": "2007_000001\n", "ImageSets/Main/val.txt": "2007_000001\n"}, "ImageSets/Main/val.txt", 1),
    ],
    ids=["table", "yolo", "coco", "folder", "folder above", "voc"],
)  # fmt: skip
def test_an_image_in_the_lists_of_two_splits_leaks(contents: Contents, file: str, line: int, written: Callable[..., Path]) -> None:
    assert ("split-leak", file, line) in found_in(written(contents))


@pytest.mark.parametrize(
    "contents",
    [
        {**IMAGES, **{f"fold{fold}/{split}.csv": table(names) for fold in (0, 1) for split, names in (("train", NAMES[6 * fold :][:6]), ("val", NAMES[6 - 6 * fold :][:6]))}},
        {**IMAGES, "all.csv": table(NAMES, table(NAMES[:6]).partition("\n")[2].replace("cat", "bird"))},
        {**IMAGES, "pairs.csv": "a,b,same\n" + "".join(f"{one}.jpg,{other}.jpg,{one == '03'}\n" for one, other in zip([*NAMES, "00"], [*NAMES[1:], "00", "05"], strict=True))},
    ],
    ids=["folds", "several labels", "pairs"],
)  # fmt: skip
def test_lists_that_are_meant_to_repeat_are_left_alone(contents: Contents, written: Callable[..., Path]) -> None:
    assert not found_in(written(contents))


def test_a_line_that_contradicts_another_is_named(written: Callable[..., Path]) -> None:
    assert found_in(written({**IMAGES, "labels.csv": table(NAMES, "03.jpg,dog\n")})) == {("conflicting-labels", "labels.csv", 14)}


def test_a_line_that_repeats_another_is_named(written: Callable[..., Path]) -> None:
    assert found_in(written({**IMAGES, "labels.csv": table(NAMES, "03.jpg,cat\n")})) == {("duplicate-sample", "labels.csv", 14)}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("03.jpg,cat,too,many\n", ("annotation-parse", 14)), ('03.jpg,"cat\n04.jpg,dog\n', ("annotation-parse", 14)), ("03.jpg,nan\n", ("label-missing", 14)),
    ],
)  # fmt: skip
def test_a_line_of_a_table_that_is_read_otherwise_than_meant(more: str, expected: tuple[str, int], written: Callable[..., Path]) -> None:
    assert expected in {(name, line) for name, _, line in found_in(written({**IMAGES, "labels.csv": table(NAMES, more)}))}


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        ({**IMAGES, "annotations/train.json": coco(NAMES[:9]), "annotations/val.json": coco(NAMES[9:], "bird")}, ("class-name-mismatch", "annotations/val.json")),
        ({**CLASSES, "validation/annotations/classes.txt": "dog\ncat\n"}, ("class-name-mismatch", "validation/annotations/classes.txt")),
        ({**YOLO, "data.yaml": "", "obj.names": "cat\ndog\n", "obj.data": "classes = 3\nnames = obj.names\n"}, ("class-count-mismatch", "obj.data")),
    ],
)  # fmt: skip
def test_classes_of_two_files_that_differ(contents: Contents, expected: tuple[str, str], written: Callable[..., Path]) -> None:
    assert expected in {(name, path) for name, path, _ in found_in(written(contents))}


def test_lvis_names_its_images_by_a_url(written: Callable[..., Path]) -> None:
    whole = coco(NAMES).replace('"file_name": "', '"coco_url": "http://images.cocodataset.org/images/')
    assert not found_in(written({**IMAGES, "annotations/lvis_v1_train.json": whole}))


def test_a_column_of_run_lengths_is_none_of_classes(written: Callable[..., Path]) -> None:
    assert not found_in(written({**IMAGES, "train.csv": "id,rle\n" + "".join(f"{name},{'1 5 20 4' if number % 3 else ''}\n" for number, name in enumerate(NAMES))}))
