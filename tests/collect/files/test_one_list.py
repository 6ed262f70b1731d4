"""One list that is named of several: the images are those that it names, wherever they lie beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.collect.files.conftest import HEIGHT, WIDTH, photos

from stepscope.checking import Looking, check
from stepscope.collect.files.repair.plan import Wanted
from stepscope.diagnose import Report
from stepscope.repairing import repair

NUMBERS = range(6)


def coco(first: int, count: int) -> str:
    images = [{"id": number, "file_name": f"{number}.jpg", "width": WIDTH, "height": HEIGHT} for number in range(first, first + count)]
    boxes = [{"id": each["id"], "image_id": each["id"], "category_id": 1, "bbox": [10, 10, 30 + int(str(each["id"])), 20], "area": 600, "iscrowd": 0} for each in images]
    return json.dumps({"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "cat"}]})


def of(root: Path) -> tuple[Report, list[str], int]:
    report = check(root, looking=Looking(quick=True, cache=False))
    assert report.overview is not None
    return report, [each.name for each in report.findings], sum(report.overview.splits.values())


def test_a_coco_file_beside_the_folders_of_its_images(written: Callable[..., Path]) -> None:
    lists = {"annotations/instances_train2017.json": coco(0, 4), "annotations/instances_val2017.json": coco(4, 2)}
    root = written({**photos(*[f"train2017/{number}.jpg" for number in range(4)], "val2017/4.jpg", "val2017/5.jpg"), **lists})
    assert [of(root / path)[1:] for path in lists] == [([], 4), ([], 2)]


def test_a_list_beside_another(written: Callable[..., Path]) -> None:
    lists = {"train.csv": "image,label\n" + "".join(f"im/{number}.jpg,{'ab'[number % 2]}\n" for number in range(4)), "val.csv": "image,label\nim/4.jpg,a\nim/5.jpg,b\n"}
    root = written({**photos(*[f"im/{number}.jpg" for number in NUMBERS]), **lists})
    assert [of(root / path)[1:] for path in lists] == [([], 4), ([], 2)]


def test_an_only_list_still_tells_the_images_that_it_lacks(written: Callable[..., Path]) -> None:
    root = written({**photos(*[f"im/{number}.jpg" for number in NUMBERS]), "all.csv": "image,label\n" + "".join(f"im/{number}.jpg,{'ab'[number % 2]}\n" for number in range(5))})
    report, names, count = of(root / "all.csv")
    assert (names, count, str(report.findings[0].place.file).endswith("im/5.jpg")) == (["label-missing"], 6, True)


def test_a_list_alone_in_a_folder_of_another_name_stays_there(written: Callable[..., Path]) -> None:
    root = written({**photos("pictures/0.jpg"), "exports/a.json": coco(0, 1)})
    assert "image-missing" in of(root / "exports/a.json")[1]


def test_a_repair_of_a_list_beside_the_folders_of_its_images(written: Callable[..., Path], tmp_path: Path) -> None:
    root = written({**photos("train2017/0.jpg", "train2017/1.jpg"), "annotations/instances_train2017.json": coco(0, 2).replace("[10, 10, 30, 20]", "[80, 10, 30, 20]")})
    done = repair(root / "annotations/instances_train2017.json", Wanted(), tmp_path / "mended", looking=Looking(cache=False))
    assert done.path == tmp_path / "mended/annotations/instances_train2017.json"
    assert (of(done.path)[1], (tmp_path / "mended/train2017/1.jpg").is_file()) == ([], True)
