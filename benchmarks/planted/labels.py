"""Defects of annotations, by layout: each changes what stands for one image."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Change = Callable[[Path, str], None]


def _line(change: Callable[[str], str]) -> Change:
    """The first line of a YOLO file changed."""

    def changed(root: Path, name: str) -> None:
        path = root / "labels" / "train" / f"{name}.txt"
        first, *rest = path.read_text().splitlines()
        path.write_text("\n".join([change(first), *rest]) + "\n")

    return changed


def _cells(**cells: str) -> Change:
    def change(line: str) -> str:
        parts = line.split()
        for at, text in cells.items():
            parts[int(at[1:])] = text
        return " ".join(parts)

    return _line(change)


def _orphan(root: Path, name: str) -> None:
    (root / "images" / "train" / f"{name}.jpg").unlink()


def _shared(root: Path, name: str) -> None:
    from PIL import Image

    path = root / "images" / "train" / f"{name}.jpg"
    Image.open(path).transpose(Image.Transpose.ROTATE_180).crop((30, 40, 500, 390)).save(path.with_suffix(".png"))


def _encoded(encoding: str) -> Change:
    def changed(root: Path, name: str) -> None:
        path = root / "labels" / "train" / f"{name}.txt"
        path.write_bytes(path.read_text().encode(encoding))

    return changed


YOLO: dict[str, tuple[str, Change]] = {
    "a negative width": ("box-reversed", _cells(_3="-0.2")),
    "no width": ("box-empty", _cells(_3="0.0")),
    "nan": ("box-not-finite", _cells(_1="nan")),
    "pixels": ("box-not-normalised", _cells(_1="320", _2="240", _3="100", _4="80")),
    "past the right edge": ("box-out-of-image", _cells(_1="0.97", _3="0.2")),
    "the same line twice": ("box-duplicate", _line(lambda line: f"{line}\n{line}")),
    "class 9 of 5": ("label-out-of-range", _cells(_0="9")),
    "class -1": ("label-out-of-range", _cells(_0="-1")),
    "a class name": ("class-name-mismatch", _cells(_0="cat")),
    "commas": ("annotation-parse", _line(lambda line: line.replace(" ", ","))),
    "four numbers": ("annotation-parse", _line(lambda line: line.rpartition(" ")[0])),
    "an odd polygon": ("segment-invalid", _line(lambda line: f"{line} 0.5 0.5 0.6")),
    "a class of 1.5": ("annotation-value", _cells(_0="1.5")),
    "a byte-order mark": ("annotation-encoding", _encoded("utf-8-sig")),
    "UTF-16": ("annotation-encoding", _encoded("utf-16")),
    "no label file": ("label-missing", lambda root, name: (root / "labels" / "train" / f"{name}.txt").unlink()),
    "no image": ("image-missing", _orphan),
    "two images of one name": ("label-shared", _shared),
}


def _json(change: Callable[[dict[str, Any], dict[str, Any], dict[str, Any]], None]) -> Change:
    """A COCO file changed: given the whole, the image's entry and its first annotation."""

    def changed(root: Path, name: str) -> None:
        path = root / "annotations" / "instances_train.json"
        whole = json.loads(path.read_text())
        image = next(each for each in whole["images"] if each["file_name"] == f"{name}.jpg")
        first = next(each for each in whole["annotations"] if each.get("image_id") == image["id"])
        change(whole, image, first)
        path.write_text(json.dumps(whole, indent=1))

    return changed


def _set(**fields: Any) -> Change:
    return _json(lambda whole, image, first: first.update(fields))


def _box(*box: float) -> Change:
    return _json(lambda whole, image, first: first.update(bbox=list(box), segmentation=[], area=abs(box[2] * box[3]) if len(box) == 4 else 1))


def _unlist(whole: dict[str, Any], image: dict[str, Any], first: dict[str, Any]) -> None:
    whole["images"].remove(image)
    whole["annotations"] = [each for each in whole["annotations"] if each.get("image_id") != first["image_id"]]


COCO: dict[str, tuple[str, Change]] = {
    "a negative width": ("box-reversed", _box(100, 100, -50, 40)),
    "no height": ("box-empty", _box(100, 100, 50, 0)),
    "nan": ("box-not-finite", _box(float("nan"), 10, 20, 30)),
    "past the edge": ("box-out-of-image", _box(500, 100, 400, 40)),
    "three numbers": ("annotation-value", _box(10, 20, 30)),
    "shares": ("box-not-normalised", _box(0.1, 0.2, 0.3, 0.25)),
    "the same box twice": ("box-duplicate", _json(lambda whole, image, first: whole["annotations"].append({**first, "id": 10**7 + len(whole["annotations"])}))),
    "an id twice": ("annotation-id-clash", _json(lambda whole, image, first: first.update(id=whole["annotations"][-1]["id"]))),
    "an image id of nothing": ("annotation-id-clash", _set(image_id=10**8)),
    "a category id of nothing": ("annotation-id-clash", _set(category_id=99)),
    "iscrowd 2": ("annotation-value", _set(iscrowd=2)),
    "a negative area": ("annotation-value", _set(area=-5)),
    "a polygon of two points": ("segment-invalid", _set(segmentation=[[1, 2, 3, 4]])),
    "an odd polygon": ("segment-invalid", _set(segmentation=[[1, 2, 30, 4, 50, 60, 7]])),
    "a polygon elsewhere": ("segment-mismatch", _json(lambda whole, image, first: first.update(segmentation=[[1, 1, 9, 1, 9, 9]], bbox=[300, 200, 90, 80], area=7200))),
    "a run-length code too short": ("segment-invalid", _json(lambda whole, image, first: first.update(segmentation={"size": [image["height"], image["width"]], "counts": [5, 5]}))),
    "another size": ("image-size-mismatch", _json(lambda whole, image, first: image.update(width=image["width"] * 2, height=image["height"] * 2))),
    "an image that is not there": ("image-missing", _json(lambda whole, image, first: whole["images"].append({**image, "id": 10**7, "file_name": "gone.jpg"}))),
    "a path out of the folder": ("annotation-unsafe", _json(lambda whole, image, first: whole["images"].append({**image, "id": 10**7 + 1, "file_name": "../../../etc/passwd.jpg"}))),
    "not listed": ("label-missing", _json(_unlist)),
    "no image id": ("annotation-parse", _json(lambda whole, image, first: first.pop("image_id") and None)),
}


def _xml(pattern: str, new: str) -> Change:
    def changed(root: Path, name: str) -> None:
        path = root / "train" / "annotations" / f"{name}.xml"
        text = path.read_text()
        assert re.search(pattern, text, re.DOTALL), pattern
        path.write_text(re.sub(pattern, new, text, count=1, flags=re.DOTALL))

    return changed


VOC: dict[str, tuple[str, Change]] = {
    "corners exchanged": ("box-reversed", _xml(r"<xmin>\d+</xmin>", "<xmin>9999</xmin>")),
    "no width": ("box-empty", _xml(r"<xmin>\d+</xmin>(.*?)<xmax>\d+</xmax>", r"<xmin>50</xmin>\1<xmax>50</xmax>")),
    "past the edge": ("box-out-of-image", _xml(r"<ymax>\d+</ymax>", "<ymax>2000</ymax>")),
    "a word for a number": ("annotation-value", _xml(r"<ymin>\d+</ymin>", "<ymin>top</ymin>")),
    "no box": ("annotation-parse", _xml(r"<bndbox>.*?</bndbox>", "")),
    "no name": ("annotation-parse", _xml(r"<name>\w+</name>", "<name></name>")),
    "another size": ("image-size-mismatch", _xml(r"<width>\d+</width>", "<width>5000</width>")),
    "an unclosed element": ("annotation-parse", _xml(r"</annotation>", "")),
    "an entity": ("annotation-unsafe", _xml(r"^<annotation>", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation>')),
    "difficult 3": ("annotation-value", _xml(r"<difficult>0</difficult>", "<difficult>3</difficult>")),
    "spaces in a class": ("class-name-mismatch", _xml(r"<name>(\w+)</name>", r"<name>\1 </name>")),
    "no image": ("image-missing", lambda root, name: (root / "train" / "images" / f"{name}.jpg").unlink()),
    "no annotation": ("label-missing", lambda root, name: (root / "train" / "annotations" / f"{name}.xml").unlink()),
}
LABELS = {"yolo": YOLO, "coco": COCO, "voc": VOC, "folders": {}}
