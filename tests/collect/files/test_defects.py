"""One defect put into a clean data set is named, with its file and line; no input ends in a traceback of ours."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.collect.files.clean_sets import SETS
from tests.collect.files.conftest import HEIGHT, WIDTH, photos

from stepscope.checking import Looking, check
from stepscope.finding import Finding

YOLO, COCO, VOC, CSV = (SETS[name][0] for name in ("ultralytics", "coco2017", "voc devkit", "tf csv"))
TEXT, JSON, XML, TABLE = "labels/train/a.txt", "annotations/instances_train2017.json", "VOCdevkit/VOC2007/Annotations/2007_000001.xml", "train_labels.csv"


def found_in(root: Path) -> list[Finding]:
    report = check(root, looking=Looking(quick=True, cache=False))
    assert not [note for note in report.notes if not note.startswith("not read: ")]
    return list(report.findings)


@pytest.mark.parametrize(
    ("line", "slug"),
    [
        ("0 nan 0.5 0.2 0.2", "box-not-finite"), ("1.5 0.5 0.5 0.2 0.2", "annotation-value"), ("7 0.5 0.5 0.2 0.2", "label-out-of-range"),
        ("-1 0.5 0.5 0.2 0.2", "label-out-of-range"), ("0 0.5 0.5 -0.2 0.2", "box-reversed"), ("0 0.5 0.5 0 0.2", "box-empty"), ("0 50 30 20 10", "box-not-normalised"),
        ("0 0.95 0.5 0.4 0.2", "box-out-of-image"), ("0 0.5 0.5 0.25 0.25", "box-duplicate"), ("0,0.5,0.5,0.2,0.2", "annotation-parse"),
        ("cat 0.5 0.5 0.2 0.2", "class-name-mismatch"), ("0 0.5 0.5 0.2", "annotation-parse"), ("0 0.1 0.1 0.2 0.2 0.3 0.3 0.4", "segment-invalid"),
        ("0 0.1 0.1 1.2 0.2 0.3 0.3", "segment-mismatch"), ("9" * 400 + " 0.5 0.5 0.2 0.2", "annotation-value"),
    ],
)  # fmt: skip
def test_a_line_of_a_yolo_file(line: str, slug: str, written: Callable[..., Path]) -> None:
    found = found_in(written({**YOLO, TEXT: f"0 0.5 0.5 0.25 0.25\n{line}\n"}))
    assert (slug, "a.txt", 2) in [(each.name, Path(each.place.file or "").name, each.place.line) for each in found]


POLYGON = "0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5\n"


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        ([POLYGON, POLYGON * 2, POLYGON + "0 0.5 0.5 0.2 0.2\n"], ("2.txt", 2)), ([POLYGON, POLYGON * 2, "0 0.5 0.5 0.2 0.2\n"], ("2.txt", 1)),
        ([POLYGON] * 3, None), ([POLYGON, POLYGON, ""], None), ([POLYGON, "0 0.5 0.5 0.2 0.2\n", "0 0.4 0.4 0.2 0.2\n"], None),
    ],
)  # fmt: skip
def test_a_box_among_polygons_is_told(texts: list[str], place: tuple[str, int] | None, written: Callable[..., Path]) -> None:
    found = found_in(written({**photos("images/0.jpg", "images/1.jpg", "images/2.jpg"), **{f"labels/{number}.txt": text for number, text in enumerate(texts)}}))
    told = [(Path(each.place.file or "").name, each.place.line) for each in found if each.name == "segment-mismatch"]
    assert told == [place] * bool(place)


@pytest.mark.parametrize(
    ("field", "value", "slug"),
    [
        ("bbox", [1, 2, 3], "annotation-value"), ("bbox", [40, 40, -5, -5], "box-reversed"), ("bbox", [80, 40, 50, 50], "box-out-of-image"),
        ("bbox", [float("nan"), 1, 2, 3], "box-not-finite"), ("image_id", 999, "annotation-id-clash"), ("category_id", 99, "annotation-id-clash"),
        ("iscrowd", 5, "annotation-value"), ("area", -3, "annotation-value"), ("segmentation", [[1, 2, 3, 4]], "segment-invalid"),
        ("segmentation", {"size": "x", "counts": None}, "segment-invalid"), ("segmentation", [[1, 2, float("nan"), 4, 5, 6]], "segment-invalid"), ("keypoints", ["a"], "segment-invalid"),
    ],
)  # fmt: skip
def test_an_annotation_of_a_coco_file(field: str, value: Any, slug: str, written: Callable[..., Path]) -> None:
    whole = json.loads(str(COCO[JSON]))
    whole["annotations"][0][field] = value
    text = json.dumps(whole, indent=1)
    found = next(each for each in found_in(written({**COCO, JSON: text})) if each.name == slug)
    line = text.splitlines().index(' "annotations": [') + 2
    assert (Path(found.place.file or "").name, found.place.line, found.place.column) == (Path(JSON).name, line, 3)


def test_a_box_that_is_null_among_others_is_named(written: Callable[..., Path]) -> None:
    whole = json.loads(str(COCO[JSON]))
    whole["annotations"] = [{**each, "id": 100 * turn + each["id"]} for turn in range(4) for each in whole["annotations"]]
    whole["annotations"][0].update(bbox=None, segmentation=None)
    assert "annotation-parse" in {each.name for each in found_in(written({**COCO, JSON: json.dumps(whole)}))}


@pytest.mark.parametrize(("outlines", "told"), [(1, True), (4, False)])
def test_an_outline_without_a_box_among_boxes_is_named(outlines: int, told: bool, written: Callable[..., Path]) -> None:
    whole = json.loads(str(COCO[JSON]))
    whole["annotations"] = [{**each, "id": 100 * turn + each["id"]} for turn in range(4) for each in whole["annotations"]]
    for each in whole["annotations"][:outlines]:
        each.update(segmentation=[[10, 10, 40, 10, 40, 40, 10, 40]])
        del each["bbox"]
    found = [each.place.about for each in found_in(written({**COCO, JSON: json.dumps(whole)})) if each.name == "annotation-parse"]
    assert found == ["annotations[0] has no bbox"] * told


def test_a_coco_file_without_categories_is_told_as_that_alone(written: Callable[..., Path]) -> None:
    whole = json.loads(str(COCO[JSON]))
    del whole["categories"]
    contents = {path: content for path, content in COCO.items() if path == JSON or "/train2017/" in f"/{path}"}
    assert [(each.name, each.place.about) for each in found_in(written({**contents, JSON: json.dumps(whole)}))] == [("annotation-parse", "has annotations and no 'categories'")]


def test_names_that_are_lists_are_told_as_that(written: Callable[..., Path]) -> None:
    found = found_in(written({**YOLO, "data.yaml": "train: images/train\nval: images/val\nnames: [[cat, dog], [cat, dog]]\n"}))
    assert ("annotation-value", "data.yaml", 3) in [(each.name, Path(each.place.file or "").name, each.place.line) for each in found]
    assert "class-name-mismatch" not in [each.name for each in found]


@pytest.mark.parametrize(
    ("point", "slug"), [("1.7 0.5 2", "segment-mismatch"), ("0.5 nan 1", "segment-invalid"), ("0.5 0.5 7", "annotation-value"), ("1.7 0.5 0", None), ("0.5 0.5 2", None)]
)
def test_a_key_point_of_a_yolo_file(point: str, slug: str | None, written: Callable[..., Path]) -> None:
    data = str(YOLO["data.yaml"]) + "kpt_shape: [2, 3]\n"
    points = {path: "0 0.5 0.5 0.25 0.25 0.5 0.5 2 0 0 0\n" for path in YOLO if path.startswith("labels")}
    found = found_in(written({**YOLO, **points, "data.yaml": data, TEXT: f"0 0.5 0.5 0.25 0.25 0.4 0.4 2 {point}\n"}))
    assert [each.name for each in found if each.place.line == 1] == [slug] * (slug is not None)


@pytest.mark.parametrize(
    ("old", "new", "slug"),
    [
        ("<xmax>40", "<xmax>4", "box-reversed"), ("<xmax>40", "<xmax>400", "box-out-of-image"), ("<xmax>40", "<xmax>nan", "box-not-finite"),
        ("<xmax>40", "<xmax>forty", "annotation-value"), ("<xmax>40", "<xmax>10", "box-empty"), ("<xmax>40</xmax>", "", "annotation-parse"),
        ("<name>cat</name>", "", "annotation-parse"), ("2007_000001.jpg", "../../../../x.jpg", "annotation-unsafe"), ("<difficult>0", "<difficult>7", "annotation-value"),
        ("<name>cat", "<name>Cat", "class-name-mismatch"), ("<annotation>", '<!DOCTYPE a [<!ENTITY b "&a;&a;">]><annotation>', "annotation-unsafe"),
    ],
)  # fmt: skip
def test_a_voc_file(old: str, new: str, slug: str, written: Callable[..., Path]) -> None:
    assert slug in [each.name for each in found_in(written({**VOC, XML: str(VOC[XML]).replace(old, new, 1)}))]


def test_boxes_are_not_told_where_the_size_is_wrong(written: Callable[..., Path]) -> None:
    text = str(VOC[XML]).replace(f"<width>{WIDTH}", f"<width>{HEIGHT}", 1).replace(f"<height>{HEIGHT}", f"<height>{WIDTH}", 1).replace("<xmax>40", "<xmax>90", 1)
    assert [each.name for each in found_in(written({**VOC, XML: text}))] == ["image-size-mismatch"]


@pytest.mark.parametrize(
    ("old", "new", "slug", "line"),
    [
        ("10,10,40,40", "40,10,10,40", "box-reversed", 2), ("10,10,40,40", "10,10,400,40", "box-out-of-image", 2), ("10,10,40,40", "10,ten,40,40", "annotation-value", 2),
        ("10,10,40,40", "10,10,10,40", "box-empty", 2), ("b.jpg", "gone.jpg", "image-missing", 4), ("b.jpg", "../../../b.jpg", "annotation-unsafe", 4),
        ("10,10,40,40", "10,nan,40,40", "box-not-finite", 2),
    ],
)  # fmt: skip
def test_a_line_of_a_table(old: str, new: str, slug: str, line: int, written: Callable[..., Path]) -> None:
    found = found_in(written({**CSV, TABLE: str(CSV[TABLE]).replace(old, new, 1)}))
    assert (slug, line) in [(each.name, each.place.line) for each in found]


def test_key_points_of_a_table_are_no_boxes(written: Callable[..., Path]) -> None:
    points = "image,x1,y1,x2,y2,x3,y3\n" + "".join(f"{number}.jpg,50,{40 - number},20,30,{number},5\n" for number in range(6))
    assert not found_in(written({**photos(*[f"{number}.jpg" for number in range(6)]), "faces.csv": points}))


NOISE = bytes(range(256)) * 40


@pytest.mark.parametrize("content", [b"", NOISE, b"\xff\xfe" + NOISE, b"[" * 50_000, b"<a>" * 5000, b'{"images": {"a": ' + b"9" * 6000 + b"}}"])
@pytest.mark.parametrize("path", [TEXT, "data.yaml", "annotations.json", "x.xml", "x.csv", "x.tar", "x.parquet", "images/train/x.jpg"])
def test_any_bytes_end_in_a_report(path: str, content: bytes, written: Callable[..., Path]) -> None:
    found_in(written({**YOLO, path: content}))


def test_names_of_classes_that_yaml_makes_endless_are_not_written_out(written: Callable[..., Path]) -> None:
    laughs = "a: &a [x,x]\n" + "".join(f"a{n}: &a{n} [{','.join(['*a' + (str(n - 1) if n else '')] * 9)}]\n" for n in range(9))
    found_in(written({**YOLO, "data.yaml": laughs + "names: [*a8]\ntrain: images/train\n"}))


def test_a_pipe_is_named_and_not_opened(written: Callable[..., Path]) -> None:
    root = written(YOLO)
    for name in ("a.json", "labels.txt", "x.csv", "y.xml"):
        os.mkfifo(root / name)
    found_in(root)


def test_half_a_surrogate_pair_in_a_name_can_be_printed(written: Callable[..., Path]) -> None:
    found = found_in(written({**COCO, JSON: str(COCO[JSON]).replace("000000000000.jpg", "\\ud800.jpg")}))
    assert "image-missing" in [each.name for each in found]
