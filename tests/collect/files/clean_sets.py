"""Clean data sets in the ways in which people lay them out, by name: contents, layout, samples by split, classes, boxes (None: not asked)."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from tests.collect.files.conftest import HEIGHT as H
from tests.collect.files.conftest import WIDTH as W
from tests.collect.files.conftest import photo, photos

B = "0 0.5 0.5 0.25 0.25\n1 0.3 0.4 0.2 0.3\n"
J = json.dumps
SETS: dict[str, Any] = {}


def s(name, contents, layout, splits, classes, boxes):
    SETS[name] = (contents, layout, splits, classes, boxes)


tv = ["train/a", "train/b", "train/c", "val/d"]
s(
    "ultralytics",
    {
        **photos(*[f"images/{x}.jpg" for x in tv]),
        **{f"labels/{x}.txt": B for x in tv},
        "data.yaml": "path: ../datasets/foo\ntrain: images/train\nval: images/val\nnames:\n  0: cat\n  1: dog\n",
    },
    "yolo",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
s(
    "ultralytics abs path",
    {
        **photos(*[f"images/{x}.jpg" for x in tv]),
        **{f"labels/{x}.txt": B for x in tv},
        "data.yaml": "path: /home/joe/datasets/foo\ntrain: images/train\nval: images/val\ntest: # test images (optional)\nnames: ['cat','dog']\n",
    },
    "yolo",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
s(
    "ultralytics abs train",
    {
        **photos(*[f"images/{x}.jpg" for x in tv]),
        **{f"labels/{x}.txt": B for x in tv},
        "data.yaml": "train: /home/joe/datasets/foo/images/train\nval: /content/foo/images/val\nnc: 2\nnames: ['cat','dog']\n",
    },
    "yolo",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
s(
    "colab paths",
    {
        **photos(*[f"train/images/{x}.jpg" for x in "abc"], "valid/images/d.jpg"),
        **{f"train/labels/{x}.txt": B for x in "abc"},
        "valid/labels/d.txt": B,
        "data.yaml": "train: /content/drive/MyDrive/ds-1/train/images\nval: C:\\Users\\me\\ds-1\\valid\\images\nnc: 2\nnames: ['cat','dog']\n",
    },
    "yolo",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
rf = {
    **photos(*[f"train/images/{x}_jpg.rf.0a1b2c.jpg" for x in "abc"], "valid/images/d_jpg.rf.0d.jpg", "test/images/e_jpg.rf.0d.jpg"),
    **{f"train/labels/{x}_jpg.rf.0a1b2c.txt": B for x in "abc"},
    "valid/labels/d_jpg.rf.0d.txt": B,
    "test/labels/e_jpg.rf.0d.txt": B,
}
s(
    "roboflow",
    {
        **rf,
        "data.yaml": "train: ../train/images\nval: ../valid/images\ntest: ../test/images\n\nnc: 2\nnames: ['cat', 'dog']\n\nroboflow:\n  workspace: x\n  project: y\n  version: 1\n",
        "README.roboflow.txt": "x - v1\n==\nThe dataset includes 5 images.\n0 1 2 3 4\n",
        "README.dataset.txt": "# foo > bar\nhttps://x\n",
    },
    "yolo",
    {"train": 3, "val": 1, "test": 1},
    ("cat", "dog"),
    10,
)
s(
    "roboflow no test folder",
    {
        **{k: v for k, v in rf.items() if not k.startswith("test")},
        "data.yaml": "train: ../train/images\nval: ../valid/images\ntest: ../test/images\n\nnc: 2\nnames: ['cat', 'dog']\n",
    },
    "yolo",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
s("flat", {**photos(*[f"{x}.jpg" for x in "abcd"]), **{f"{x}.txt": B for x in "abcd"}, "classes.txt": "cat\ndog\n"}, "yolo", {"": 4}, ("cat", "dog"), 8)
s(
    "flat train.txt",
    {
        **photos(*[f"data/obj/{x}.jpg" for x in "abcd"]),
        **{f"data/obj/{x}.txt": B for x in "abcd"},
        "data/obj.names": "cat\ndog\n",
        "data/obj.data": "classes = 2\ntrain  = data/train.txt\nvalid  = data/test.txt\nnames = data/obj.names\nbackup = backup/\n",
        "data/train.txt": "data/obj/a.jpg\ndata/obj/b.jpg\ndata/obj/c.jpg\n",
        "data/test.txt": "data/obj/d.jpg\n",
    },
    "yolo",
    {"train": 3, "test": 1},
    ("cat", "dog"),
    8,
)
s(
    "darknet abs lists",
    {
        **photos(*[f"obj_train_data/{x}.jpg" for x in "abcd"]),
        **{f"obj_train_data/{x}.txt": B for x in "abcd"},
        "obj.names": "cat\ndog\n",
        "obj.data": "classes = 2\ntrain  = data/train.txt\nnames = data/obj.names\nbackup = backup/\n",
        "train.txt": "data/obj_train_data/a.jpg\ndata/obj_train_data/b.jpg\ndata/obj_train_data/c.jpg\ndata/obj_train_data/d.jpg\n",
    },
    "yolo",
    {"train": 4},
    ("cat", "dog"),
    8,
)
s(
    "yaml lists",
    {
        **photos(*[f"images/{x}.jpg" for x in tv]),
        **{f"labels/{x}.txt": B for x in tv},
        "data.yaml": "path: .\ntrain: train.txt\nval: val.txt\nnames:\n  0: cat\n  1: dog\n",
        "train.txt": "".join(f"./images/train/{x}.jpg\n" for x in "abc"),
        "val.txt": "./images/val/d.jpg\n",
    },
    "yolo",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
P = "0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5\n1 0.2 0.2 0.6 0.2 0.6 0.7\n"
s(
    "segments",
    {
        **photos(*[f"images/{x}.jpg" for x in tv]),
        **{f"labels/{x}.txt": P for x in tv},
        "data.yaml": "train: images/train\nval: images/val\nnames:\n  0: cat\n  1: dog\n",
    },
    "yolo",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
K = "0 0.5 0.5 0.4 0.4 0.4 0.4 2 0.6 0.6 1 0 0 0\n"
s(
    "pose3",
    {
        **photos(*[f"images/{x}.jpg" for x in tv]),
        **{f"labels/{x}.txt": K for x in tv},
        "data.yaml": "train: images/train\nval: images/val\nkpt_shape: [3, 3]\nflip_idx: [0,2,1]\nnames:\n  0: person\n",
    },
    "yolo",
    {"train": 3, "val": 1},
    ("person",),
    4,
)
K2 = "0 0.5 0.5 0.4 0.4 0.4 0.4 0.6 0.6\n"
s(
    "pose2",
    {
        **photos(*[f"images/{x}.jpg" for x in tv]),
        **{f"labels/{x}.txt": K2 for x in tv},
        "data.yaml": "train: images/train\nval: images/val\nkpt_shape: [2, 2]\nnames:\n  0: person\n",
    },
    "yolo",
    {"train": 3, "val": 1},
    ("person",),
    4,
)
ROTATED = "0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5\n"
s(
    "obb",
    {
        **photos(*[f"images/{x}.jpg" for x in tv]),
        **{f"labels/{x}.txt": ROTATED.replace("0 ", f"{number % 2} ", 1) for number, x in enumerate(tv)},
        "data.yaml": "train: images/train\nval: images/val\nnames:\n  0: plane\n  1: ship\n",
    },
    "yolo",
    {"train": 3, "val": 1},
    ("plane", "ship"),
    4,
)
s(
    "dota obb",
    {
        **photos(*[f"images/{x}.png" for x in tv]),
        **{f"labelTxt/{x}.txt": "imagesource:GoogleEarth\ngsd:0.1\n10.0 10.0 40.0 10.0 40.0 30.0 10.0 30.0 plane 0\n" for x in tv},
    },
    "images",
    None,
    None,
    None,
)
s(
    "background no file",
    {
        **photos(*[f"images/{x}.jpg" for x in tv], "images/train/bg.jpg"),
        **{f"labels/{x}.txt": B for x in tv},
        "data.yaml": "train: images/train\nval: images/val\nnames: [cat, dog]\n",
    },
    "yolo",
    {"train": 4, "val": 1},
    ("cat", "dog"),
    8,
)
s(
    "background empty file",
    {
        **photos(*[f"images/{x}.jpg" for x in tv], "images/train/bg.jpg"),
        **{f"labels/{x}.txt": B for x in tv},
        "labels/train/bg.txt": "",
        "data.yaml": "train: images/train\nval: images/val\nnames: [cat, dog]\n",
    },
    "yolo",
    {"train": 4, "val": 1},
    ("cat", "dog"),
    8,
)
s("yolo no yaml", {**photos(*[f"images/{x}.jpg" for x in tv]), **{f"labels/{x}.txt": B for x in tv}}, "yolo", {"train": 3, "val": 1}, ("0", "1"), 8)
s(
    "yolo train.images",
    {
        **photos(*[f"dataset/images/{x}.jpg" for x in "abcd"]),
        **{f"dataset/labels/{x}.txt": B for x in "abcd"},
        "dataset/labels/classes.txt": "cat\ndog\n",
        "dataset/notes.json": J(
            {"categories": [{"id": 0, "name": "cat"}, {"id": 1, "name": "dog"}], "info": {"year": 2024, "version": "1.0", "contributor": "Label Studio"}}
        ),
    },
    "yolo",
    {"": 4},
    ("cat", "dog"),
    8,
)
s(
    "imageai yolo",
    {
        **photos(*[f"hololens/train/images/{x}.jpg" for x in "abc"], "hololens/validation/images/d.jpg"),
        **{f"hololens/train/annotations/{x}.txt": B for x in "abc"},
        "hololens/validation/annotations/d.txt": B,
        "hololens/train/annotations/classes.txt": "cat\ndog\n",
    },
    "yolo",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
s(
    "yolo crlf trailing blanks",
    {
        **photos(*[f"images/{x}.jpg" for x in tv]),
        **{f"labels/{x}.txt": "0 0.5 0.5 0.2 0.2 \r\n1 0.4 0.4 0.2 0.2\r\n\r\n" for x in tv},
        "data.yaml": "train: images/train\r\nval: images/val\r\nnames: [cat, dog]\r\n",
    },
    "yolo",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
s(
    "yolo edge box",
    {
        **photos(*[f"images/{x}.jpg" for x in tv]),
        **{f"labels/{x}.txt": "0 0.5 0.5 1.0 1.0\n1 0.950521 0.4 0.098959 0.2\n0 1.2e-1 0.4 .1 0.2\n0.0 0.5 0.5 0.1 0.1\n" for x in tv},
        "data.yaml": "train: images/train\nval: images/val\nnames: [cat, dog]\n",
    },
    "yolo",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    16,
)
s(
    "yolo png upper",
    {
        **photos(*[f"images/{x}.JPG" for x in tv]),
        **{f"labels/{x}.txt": B for x in tv},
        "data.yaml": "train: images/train\nval: images/val\nnames: [cat, dog]\nnc: 2\n",
        "labels/train.cache": b"\x80\x04",
        "labels/val.cache": b"\x80\x04",
    },
    "yolo",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
mixed = {
    "README.md": "# x",
    "LICENSE": "MIT",
    "requirements.txt": "torch==2.0\nnumpy\n",
    ".git/HEAD": "ref: x",
    "notebooks/a.ipynb": J({"cells": [], "metadata": {}, "nbformat": 4}),
    "models/config.json": J({"hidden": 1, "images": 3, "id2label": {"0": "a"}}),
    "models/tokenizer.json": J({"a": [1]}),
    "train.py": "import torch",
    "runs/exp/results.csv": "epoch,loss\n0,1.0\n",
    "runs/exp/args.yaml": "task: detect\nmodel: yolov8n.pt\ndata: data.yaml\nepochs: 3\n",
    "labels.cache": b"\x80\x04",
    "configs/model.yaml": "nc: 80\nscales:\n  n: [0.33, 0.25, 1024]\nbackbone:\n  - [-1, 1, Conv, [64, 3, 2]]\n",
    "environment.yml": "name: x\ndependencies:\n - python\n",
    "docs/notes.txt": "hello there\n",
}
s("mixed yolo", {**SETS["ultralytics"][0], **mixed}, "yolo", {"train": 3, "val": 1}, ("cat", "dog"), 8)


# COCO
def coco(names, first=1, ids=None, cats=(1, 2), extra=None, **kw):
    return J(
        {
            "info": {"description": "x", "year": 2020},
            "licenses": [{"id": 1, "name": "MIT", "url": ""}],
            "images": [
                {
                    "id": (ids or range(first, 99))[i],
                    "file_name": n,
                    "width": W,
                    "height": H,
                    "license": 1,
                    "coco_url": "http://x/y.jpg",
                    "date_captured": "2013",
                }
                for i, n in enumerate(names)
            ],
            "annotations": [
                {
                    "id": 2 * i + k + 1,
                    "image_id": (ids or range(first, 99))[i],
                    "category_id": cats[k],
                    "bbox": [10 + 5 * k, 10, 20, 15],
                    "area": 300,
                    "iscrowd": 0,
                    "segmentation": [[10 + 5 * k, 10, 30 + 5 * k, 10, 30 + 5 * k, 25, 10 + 5 * k, 25]],
                    **(extra or {}),
                }
                for i in range(len(names))
                for k in range(2)
            ],
            "categories": [{"id": c, "name": n, "supercategory": "animal"} for c, n in zip(cats, ("cat", "dog"), strict=False)],
            **kw,
        }
    )


s(
    "coco2017",
    {
        **photos(*[f"train2017/{x:012d}.jpg" for x in range(3)], "val2017/000000000009.jpg"),
        "annotations/instances_train2017.json": coco([f"{x:012d}.jpg" for x in range(3)]),
        "annotations/instances_val2017.json": coco(["000000000009.jpg"]),
    },
    "coco",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
caps = J(
    {
        "info": {},
        "licenses": [],
        "images": [{"id": i + 1, "file_name": f"{i:012d}.jpg", "width": W, "height": H} for i in range(3)],
        "annotations": [{"id": i, "image_id": i + 1, "caption": "A cat."} for i in range(3)],
    }
)
kp = J(
    {
        "images": [{"id": i + 1, "file_name": f"{i:012d}.jpg", "width": W, "height": H} for i in range(3)],
        "annotations": [
            {
                "id": i,
                "image_id": i + 1,
                "category_id": 1,
                "bbox": [10, 10, 30, 30],
                "area": 400.5,
                "iscrowd": 0,
                "num_keypoints": 2,
                "keypoints": [12, 12, 2, 20, 20, 1, 0, 0, 0],
                "segmentation": [[10, 10, 40, 10, 40, 40]],
            }
            for i in range(3)
        ],
        "categories": [{"id": 1, "name": "person", "keypoints": ["a", "b", "c"], "skeleton": [[1, 2]]}],
    }
)
s(
    "coco with captions+keypoints+results",
    {
        **SETS["coco2017"][0],
        "annotations/captions_train2017.json": caps,
        "results.json": J([{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}]),
        "annotations/image_info_test2017.json": J({"images": [{"id": 77, "file_name": "000000000077.jpg", "width": W, "height": H}], "categories": []}),
    },
    "coco",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
s(
    "coco keypoints only",
    {**photos(*[f"train2017/{x:012d}.jpg" for x in range(3)]), "annotations/person_keypoints_train2017.json": kp},
    "coco",
    {"train": 3},
    ("person",),
    3,
)
s(
    "coco keypoints beside instances",
    {
        **photos(*[f"train2017/{x:012d}.jpg" for x in range(3)]),
        "annotations/person_keypoints_train2017.json": kp,
        "annotations/instances_train2017.json": coco([f"{x:012d}.jpg" for x in range(3)]),
    },
    "coco",
    {"train": 3},
    None,
    None,
)
s(
    "coco roboflow",
    {
        **photos(*[f"train/{x}_jpg.rf.1.jpg" for x in "abc"], "valid/d_jpg.rf.1.jpg", "test/e_jpg.rf.1.jpg"),
        "train/_annotations.coco.json": coco([f"{x}_jpg.rf.1.jpg" for x in "abc"], first=0, cats=(0, 1)),
        "valid/_annotations.coco.json": coco(["d_jpg.rf.1.jpg"], first=0, cats=(0, 1)),
        "test/_annotations.coco.json": coco(["e_jpg.rf.1.jpg"], first=0, cats=(0, 1)),
        "README.roboflow.txt": "hi\n",
    },
    "coco",
    {"train": 3, "val": 1, "test": 1},
    ("cat", "dog"),
    10,
)
s(
    "coco same names in splits",
    {
        **photos(*[f"train/{x}.jpg" for x in "abc"], "valid/a.jpg"),
        "train/_annotations.coco.json": coco([f"{x}.jpg" for x in "abc"], first=0, cats=(0, 1)),
        "valid/_annotations.coco.json": coco(["a.jpg"], first=0, cats=(0, 1)),
    },
    "coco",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
s(
    "coco same names, annotations apart",
    {
        **photos(*[f"images/train/{x}.jpg" for x in "abc"], "images/val/a.jpg"),
        "annotations/train.json": coco([f"{x}.jpg" for x in "abc"]),
        "annotations/val.json": coco(["a.jpg"]),
    },
    "coco",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
s(
    "coco subfolders",
    {
        **photos(*[f"images/site1/{x}.jpg" for x in "abc"], "images/site2/a.jpg"),
        "annotations.json": coco(["site1/a.jpg", "site1/b.jpg", "site1/c.jpg", "site2/a.jpg"]),
    },
    "coco",
    {"": 4},
    ("cat", "dog"),
    8,
)
s(
    "coco string ids",
    {**photos(*[f"{x}.jpg" for x in "abc"]), "annotations.json": coco(["a.jpg", "b.jpg", "c.jpg"], ids=["a", "b", "c"])},
    "coco",
    {"": 3},
    ("cat", "dog"),
    6,
)
s(
    "coco gaps",
    {**photos(*[f"images/{x}.jpg" for x in "abc"]), "annotations.json": coco(["a.jpg", "b.jpg", "c.jpg"], cats=(17, 90))},
    "coco",
    {"": 3},
    ("cat", "dog"),
    6,
)
s(
    "coco abs file_name",
    {**photos(*[f"images/{x}.jpg" for x in "abc"]), "annotations.json": coco([f"/home/me/data/images/{x}.jpg" for x in "abc"])},
    "coco",
    {"": 3},
    ("cat", "dog"),
    6,
)
s(
    "coco windows file_name",
    {**photos(*[f"images/{x}.jpg" for x in "abc"]), "annotations.json": coco([f"images\\{x}.jpg" for x in "abc"])},
    "coco",
    {"": 3},
    ("cat", "dog"),
    6,
)
s(
    "coco dotdot label-studio",
    {
        **photos(*[f"images/{x}.jpg" for x in "abc"]),
        "result.json": coco([f"images/{x}.jpg" for x in "abc"], first=0, cats=(0, 1), extra={"segmentation": [], "ignore": 0}),
    },
    "coco",
    {"": 3},
    ("cat", "dog"),
    6,
)
s(
    "coco relative dotdot",
    {**photos(*[f"images/{x}.jpg" for x in "abc"]), "annotations/result.json": coco([f"../images/{x}.jpg" for x in "abc"])},
    "coco",
    {"": 3},
    ("cat", "dog"),
    6,
)
rle = J(
    {
        "images": [{"id": 1, "file_name": "a.jpg", "width": W, "height": H}],
        "annotations": [
            {
                "id": 1,
                "image_id": 1,
                "category_id": 1,
                "bbox": [0, 0, 2, H],
                "area": 2 * H,
                "iscrowd": 1,
                "segmentation": {"size": [H, W], "counts": [0, 2 * H, (W - 2) * H]},
            }
        ],
        "categories": [{"id": 1, "name": "cat"}],
    }
)
s("coco rle", {**photos("images/a.jpg"), "annotations.json": rle}, "coco", {"": 1}, ("cat",), 1)
s(
    "coco image without annotation",
    {
        **photos("images/a.jpg", "images/b.jpg"),
        "annotations.json": rle.replace('"images": [', '"images": [{"id":2,"file_name":"b.jpg","width":96,"height":64},'),
    },
    "coco",
    {"": 2},
    ("cat",),
    1,
)
s(
    "coco without area",
    {
        **photos("images/a.jpg"),
        "annotations.json": J(
            {
                "images": [{"id": 1, "file_name": "a.jpg", "width": W, "height": H}],
                "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 2, H], "attributes": {"occluded": False}}],
                "categories": [{"id": 1, "name": "cat"}],
            }
        ),
    },
    "coco",
    {"": 1},
    ("cat",),
    1,
)
s("coco mixed", {**SETS["coco2017"][0], **mixed}, "coco", {"train": 3, "val": 1}, ("cat", "dog"), 8)
s(
    "coco cvat",
    {
        **photos(*[f"images/default/{x}.jpg" for x in "abc"]),
        "annotations/instances_default.json": coco(["a.jpg", "b.jpg", "c.jpg"], extra={"attributes": {"occluded": False, "rotation": 0.0}}),
    },
    "coco",
    {"": 3},
    ("cat", "dog"),
    6,
)
s(
    "coco imagefolder metadata",
    {
        **photos(*[f"train/{x}.jpg" for x in "abc"]),
        "train/metadata.jsonl": "".join(J({"file_name": f"{x}.jpg", "objects": {"bbox": [[1, 2, 3, 4]], "categories": [0]}}) + "\n" for x in "abc"),
    },
    "images",
    {"train": 3},
    (),
    0,
)
s(
    "labelme",
    {
        **photos(*[f"{x}.jpg" for x in "abc"]),
        **{
            f"{x}.json": J(
                {
                    "version": "5.0",
                    "flags": {},
                    "shapes": [{"label": "cat", "points": [[1, 2], [30, 40]], "group_id": None, "shape_type": "rectangle", "flags": {}}],
                    "imagePath": f"{x}.jpg",
                    "imageData": None,
                    "imageHeight": H,
                    "imageWidth": W,
                }
            )
            for x in "abc"
        },
    },
    None,
    {"": 3},
    None,
    None,
)


# VOC
def voc(name, fn=None, size=(W, H), objs=None, path=None, extra=""):
    objs = objs if objs is not None else [("cat", 10, 10, 40, 40), ("dog", 20, 20, 60, 60)]
    o = "".join(
        f"<object>\n<name>{n}</name>\n<pose>Unspecified</pose>\n<truncated>0</truncated>\n<difficult>0</difficult>\n<bndbox>\n<xmin>{a}</xmin>\n<ymin>{b}</ymin>\n<xmax>{c}</xmax>\n<ymax>{d}</ymax>\n</bndbox>\n{extra}</object>\n"
        for n, a, b, c, d in objs
    )
    return (
        f"<annotation>\n<folder>x</folder>\n<filename>{fn or name + '.jpg'}</filename>\n"
        + (f"<path>{path}</path>\n" if path else "")
        + f"<source><database>Unknown</database></source>\n<size>\n<width>{size[0]}</width>\n<height>{size[1]}</height>\n<depth>3</depth>\n</size>\n<segmented>0</segmented>\n{o}</annotation>\n"
    )


n4 = ["2007_000001", "2007_000002", "2007_000003", "2007_000004"]


def vd(p="VOCdevkit/VOC2007/"):
    return {
        **photos(*[f"{p}JPEGImages/{x}.jpg" for x in n4]),
        **{f"{p}Annotations/{x}.xml": voc(x) for x in n4},
        f"{p}ImageSets/Main/train.txt": "\n".join(n4[:3]) + "\n",
        f"{p}ImageSets/Main/val.txt": n4[3] + "\n",
        f"{p}ImageSets/Main/trainval.txt": "\n".join(n4) + "\n",
        f"{p}ImageSets/Main/cat_train.txt": "".join(f"{x}  1\n" for x in n4[:3]),
        f"{p}ImageSets/Main/cat_val.txt": f"{n4[3]} -1\n",
        f"{p}ImageSets/Layout/train.txt": n4[0] + " 1\n",
        f"{p}ImageSets/Segmentation/train.txt": n4[0] + "\n",
    }


s("voc devkit", vd(), "voc", {"train": 3, "val": 1}, ("cat", "dog"), 8)
s(
    "voc devkit segmentation",
    {**vd(), f"VOCdevkit/VOC2007/SegmentationClass/{n4[0]}.png": photo(9, "PNG"), f"VOCdevkit/VOC2007/SegmentationObject/{n4[0]}.png": photo(10, "PNG")},
    "voc",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
s(
    "labelimg",
    {**photos(*[f"{x}.jpg" for x in "abc"]), **{f"{x}.xml": voc(x, path=f"C:\\Users\\me\\img\\{x}.jpg") for x in "abc"}},
    "voc",
    {"": 3},
    ("cat", "dog"),
    6,
)
s("voc no ext", {**photos(*[f"images/{x}.png" for x in "abc"]), **{f"annotations/{x}.xml": voc(x, fn=x) for x in "abc"}}, "voc", {"": 3}, ("cat", "dog"), 6)
s(
    "voc float + occluded + part",
    {
        **photos(*[f"images/{x}.jpg" for x in "abc"]),
        **{
            f"annotations/{x}.xml": voc(
                x,
                objs=[("cat", 10.5, 10.25, 40.75, 40)],
                extra="<occluded>0</occluded><part><name>head</name><bndbox><xmin>12</xmin><ymin>12</ymin><xmax>20</xmax><ymax>20</ymax></bndbox></part><actions><jumping>0</jumping></actions>",
            )
            for x in "abc"
        },
    },
    "voc",
    {"": 3},
    ("cat",),
    3,
)
s(
    "voc full box 1-based",
    {**photos(*[f"images/{x}.jpg" for x in "abc"]), **{f"annotations/{x}.xml": voc(x, objs=[("cat", 1, 1, W, H)]) for x in "abc"}},
    "voc",
    {"": 3},
    ("cat",),
    3,
)
s(
    "voc other order",
    {
        **photos("images/a.jpg"),
        "annotations/a.xml": voc("a", objs=[]).replace(
            "</annotation>", "<object><bndbox><xmax>40</xmax><ymax>41</ymax><xmin>3</xmin><ymin>2</ymin></bndbox><name>cat</name></object></annotation>"
        ),
    },
    "voc",
    {"": 1},
    ("cat",),
    1,
)
s(
    "voc no objects",
    {**photos("images/a.jpg", "images/b.jpg"), "annotations/a.xml": voc("a"), "annotations/b.xml": voc("b", objs=[])},
    "voc",
    {"": 2},
    ("cat", "dog"),
    2,
)
s(
    "imageai voc",
    {
        **photos(*[f"train/images/{x}.jpg" for x in "abc"], "validation/images/d.jpg"),
        **{f"train/annotations/{x}.xml": voc(x) for x in "abc"},
        "validation/annotations/d.xml": voc("d"),
        "train/cache/detection_train_data.pkl": b"\x80",
        "json/detection_config.json": J({"model": {"labels": ["cat"], "anchors": [1, 2]}, "train": {"train_image_folder": "x"}}),
        "models/detection.h5": b"x",
    },
    "voc",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
s(
    "voc roboflow",
    {**photos(*[f"train/{x}.jpg" for x in "abc"], "valid/d.jpg"), **{f"train/{x}.xml": voc(x) for x in "abc"}, "valid/d.xml": voc("d")},
    "voc",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
s(
    "voc same stem in splits",
    {
        **photos("train/images/1.jpg", "train/images/2.jpg", "test/images/1.jpg"),
        "train/annotations/1.xml": voc("1"),
        "train/annotations/2.xml": voc("2"),
        "test/annotations/1.xml": voc("1"),
    },
    "voc",
    {"train": 2, "test": 1},
    ("cat", "dog"),
    6,
)
s(
    "voc wrong-name (copied filename of first)",
    {**photos("a.jpg", "b.jpg"), "a.xml": voc("a"), "b.xml": voc("b").replace("<?xml", "<?xml")},
    "voc",
    {"": 2},
    ("cat", "dog"),
    4,
)
s(
    "voc xml declaration + doctype-less + mixed",
    {
        **photos("a.jpg", "b.jpg"),
        "a.xml": '<?xml version="1.0" encoding="utf-8"?>\n' + voc("a"),
        "b.xml": '<?xml version="1.0" ?>\n<!-- c -->\n' + voc("b"),
        **mixed,
    },
    "voc",
    {"": 2},
    ("cat", "dog"),
    4,
)
s(
    "voc latin1 decl",
    {**photos("a.jpg"), "a.xml": ('<?xml version="1.0" encoding="ISO-8859-1"?>\n' + voc("a", objs=[("caf\xe9", 1, 1, 30, 30)])).encode("latin-1")},
    "voc",
    {"": 1},
    ("caf\xe9",),
    1,
)
s(
    "voc rotated",
    {
        **photos("a.jpg"),
        "a.xml": voc("a").replace(
            "</annotation>",
            "<object><type>robndbox</type><name>cat</name><robndbox><cx>20</cx><cy>20</cy><w>5</w><h>6</h><angle>0.3</angle></robndbox></object></annotation>",
        ),
    },
    "voc",
    {"": 1},
    ("cat", "dog"),
    2,
)
# both
s("voc and coco and yolo alike", {**vd("")}, "voc", {"train": 3, "val": 1}, ("cat", "dog"), 8)
# tables
s(
    "kaggle id,label",
    {
        **photos(*[f"train/{x}a.jpg" for x in range(4)], "test/9.jpg", "test/8.jpg"),
        "train.csv": "id,label\n0a,cat\n1a,dog\n2a,cat\n3a,dog\n",
        "sample_submission.csv": "id,label\n9,cat\n8,cat\n",
    },
    "table",
    {"train": 4, "test": 2},
    ("cat", "dog"),
    0,
)
s(
    "kaggle breeds",
    {**photos(*[f"train/{x}a.jpg" for x in range(4)], "test/9.jpg"), "labels.csv": "id,breed\n0a,cat\n1a,dog\n2a,cat\n3a,dog\n"},
    "table",
    {"train": 4, "test": 1},
    ("cat", "dog"),
    0,
)
s(
    "path,label",
    {**photos(*[f"img/{x}.jpg" for x in "abcd"]), "labels.csv": "img_file;klasse\nimg/a.jpg;katze\nimg/b.jpg;hund\nimg/c.jpg;katze\nimg/d.jpg;hund\n"},
    "table",
    {"": 4},
    ("hund", "katze"),
    0,
)
s(
    "no header",
    {**photos(*[f"img/{x}.jpg" for x in "abcd"]), "labels.csv": "img/a.jpg,cat\nimg/b.jpg,dog\nimg/c.jpg,cat\nimg/d.jpg,dog\n"},
    "table",
    {"": 4},
    ("cat", "dog"),
    0,
)
s(
    "tf csv",
    {
        **photos(*[f"images/train/{x}.jpg" for x in "abc"], "images/test/d.jpg"),
        "train_labels.csv": "filename,width,height,class,xmin,ymin,xmax,ymax\n"
        + "".join(f"{x}.jpg,{W},{H},cat,10,10,40,40\n{x}.jpg,{W},{H},dog,20,20,50,50\n" for x in "abc"),
        "test_labels.csv": f"filename,width,height,class,xmin,ymin,xmax,ymax\nd.jpg,{W},{H},dog,20,20,50,50\n",
    },
    "table",
    {"train": 3, "test": 1},
    ("cat", "dog"),
    7,
)
s(
    "retinanet",
    {
        **photos(*[f"images/{x}.jpg" for x in "abcd"]),
        "annotations.csv": "images/a.jpg,10,10,40,40,cat\nimages/a.jpg,12,12,44,44,dog\nimages/b.jpg,10,10,40,40,cat\nimages/c.jpg,,,,,\nimages/d.jpg,10,10,40,40,dog\n",
        "classes.csv": "cat,0\ndog,1\n",
    },
    "table",
    {"": 4},
    ("cat", "dog"),
    4,
)
s(
    "one-hot",
    {**photos(*[f"img/{x}.jpg" for x in "abcd"]), "labels.csv": "image,healthy,rust,scab\na.jpg,1,0,0\nb.jpg,0,1,0\nc.jpg,0,0,1\nd.jpg,1,0,0\n"},
    "table",
    {"": 4},
    ("healthy", "rust", "scab"),
    0,
)
s(
    "one-hot no ext",
    {
        **photos(*[f"images/Train_{x}.jpg" for x in range(4)], "images/Test_0.jpg"),
        "train.csv": "image_id,healthy,multiple_diseases,rust\nTrain_0,0,1,0\nTrain_1,1,0,0\nTrain_2,0,0,1\nTrain_3,1,0,0\n",
        "test.csv": "image_id\nTest_0\n",
    },
    "table",
    {"train": 4, "test": 1},
    ("healthy", "multiple_diseases", "rust"),
    0,
)
s(
    "multi label",
    {**photos(*[f"train/{x}.jpg" for x in "abcd"]), "train.csv": "image_name,tags\na,haze primary\nb,clear\nc,clear primary\nd,cloudy\n"},
    "table",
    {"train": 4},
    None,
    0,
)
s("regression csv", {**photos(*[f"{x}.jpg" for x in "abcd"]), "ages.csv": "file,age\na.jpg,12.5\nb.jpg,70.25\nc.jpg,3\nd.jpg,33\n"}, "table", {"": 4}, None, 0)
s(
    "csv index column",
    {**photos(*[f"{x}.jpg" for x in "abcd"]), "labels.csv": ",path,label\n0,a.jpg,3\n1,b.jpg,4\n2,c.jpg,3\n3,d.jpg,4\n"},
    "table",
    {"": 4},
    ("3", "4"),
    0,
)
s(
    "csv split column",
    {
        **photos(*[f"all/{x}.jpg" for x in "abcd"]),
        "labels.csv": "path,label,split\nall/a.jpg,cat,train\nall/b.jpg,dog,train\nall/c.jpg,cat,train\nall/d.jpg,dog,valid\n",
    },
    "table",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    0,
)
s(
    "csv bird(filepaths,labels,data set)",
    {
        **photos(*[f"train/CAT/{x}.jpg" for x in "ab"], "valid/DOG/1.jpg", "train/DOG/1.jpg"),
        "birds.csv": "class id,filepaths,labels,data set,scientific name\n0.0,train/CAT/a.jpg,CAT,train,X\n0.0,train/CAT/b.jpg,CAT,train,X\n1.0,valid/DOG/1.jpg,DOG,valid,Y\n1.0,train/DOG/1.jpg,DOG,train,Y\n",
    },
    None,
    {"train": 3, "val": 1},
    ("CAT", "DOG"),
    0,
)
s(
    "folders with unrelated csv",
    {
        **photos(*[f"cat/{x}.jpg" for x in "abc"], *[f"dog/{x}.jpg" for x in "abc"]),
        "class_dict.csv": "name,r,g,b\ncat,1,2,3\n",
        "metrics.csv": "epoch,loss\n1,2\n2,1\n",
    },
    "folders",
    {"": 6},
    ("cat", "dog"),
    0,
)
s(
    "tsv",
    {**photos(*[f"{x}.jpg" for x in "abcd"]), "labels.tsv": "path\tlabel\na.jpg\tcat\nb.jpg\tdog\nc.jpg\tcat\nd.jpg\tdog\n"},
    "table",
    {"": 4},
    ("cat", "dog"),
    0,
)
s(
    "csv cp1252? utf8 bom excel",
    {**photos(*[f"{x}.jpg" for x in "abcd"]), "labels.csv": "\ufefffile name,class label\r\na.jpg,café\r\nb.jpg,dog\r\nc.jpg,café\r\nd.jpg,dog\r\n"},
    "table",
    {"": 4},
    ("café", "dog"),
    0,
)
s(
    "open images csv",
    {
        **photos(*[f"train/{x}.jpg" for x in "abcd"]),
        "train-annotations-bbox.csv": "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded\n"
        + "".join(f"{x},xclick,/m/0{x},1,0.1,0.5,0.2,0.6,0\n" for x in "abcd"),
    },
    "table",
    {"train": 4},
    None,
    4,
)
s(
    "wheat csv",
    {
        **photos(*[f"train/{x}.jpg" for x in "abcd"]),
        "train.csv": "image_id,width,height,bbox,source\n" + "".join(f'{x},{W},{H},"[10.0, 12.0, 30.0, 20.0]",usask\n' for x in "abcd"),
    },
    "table",
    {"train": 4},
    None,
    4,
)
# folders
wn = ["n01440764", "n01443537"]
s(
    "imagenet",
    photos(*[f"ILSVRC/{sp}/{w}/{w}_{i}.JPEG" for sp, k in (("train", 2), ("val", 1)) for w in wn for i in range(k)]),
    "folders",
    {"train": 4, "val": 2},
    tuple(wn),
    0,
)
s(
    "imageai folders",
    {
        **photos(*[f"idenprof/{sp}/{w}/{w}-{i}.jpg" for sp, k in (("train", 2), ("test", 1)) for w in ("chef", "doctor") for i in range(k)]),
        "idenprof/json/idenprof_model_classes.json": J({"0": "chef", "1": "doctor"}),
        "idenprof/models/model_ex-1.pth": b"x",
    },
    "folders",
    {"train": 4, "test": 2},
    ("chef", "doctor"),
    0,
)
s(
    "nested",
    photos(*[f"{a}/{b}/{i}.jpg" for a, b in (("animal", "cat"), ("animal", "dog"), ("plant", "rose"), ("plant", "oak")) for i in range(2)]),
    "folders",
    {"": 8},
    None,
    0,
)
s("class named test", photos(*[f"{c}/{i}.jpg" for c in ("test", "blank", "dots") for i in range(2)]), "folders", {"": 6}, ("blank", "dots", "test"), 0)
s(
    "split/class named test",
    photos(*[f"{sp}/{c}/{i}.jpg" for sp in ("train", "val") for c in ("test", "blank", "val") for i in range(2)]),
    "folders",
    {"train": 6, "val": 6},
    ("blank", "test", "val"),
    0,
)
s(
    "unicode spaces",
    photos(*[f"{sp}/{c}/{i} (1).jpg" for sp in ("Training", "Testing") for c in ("golden retriever", "Größe", "猫") for i in range(2)]),
    "folders",
    {"train": 6, "test": 6},
    tuple(sorted(("golden retriever", "Größe", "猫"))),
    0,
)
s("digits", photos(*[f"mnist/{c}/{i}.png" for c in range(11) for i in range(2)]), "folders", {"": 22}, None, 0)
s("flat single", photos(*[f"{i}.jpg" for i in range(4)]), "images", {"": 4}, (), 0)
s("one folder of images", photos(*[f"images/{i}.jpg" for i in range(4)]), None, {"": 4}, None, 0)
s(
    "folders mixed",
    {**photos(*[f"data/{sp}/{c}/{i}.jpg" for sp in ("train", "val") for c in ("cat", "dog") for i in range(2)]), **mixed, "docs/fig/plot.png": photo(9, "PNG")},
    "folders",
    None,
    ("cat", "dog"),
    0,
)
s(
    "class/split",
    photos(*[f"{c}/{sp}/{i}.jpg" for sp in ("train", "test") for c in ("cat", "dog") for i in range(2)]),
    "folders",
    {"train": 4, "test": 4},
    ("cat", "dog"),
    0,
)
s(
    "mvtec",
    photos(
        *[f"bottle/train/good/{i}.png" for i in range(3)],
        *[f"bottle/test/{d}/{i}.png" for d in ("good", "broken") for i in range(2)],
        *[f"bottle/ground_truth/broken/{i}_mask.png" for i in range(2)],
    ),
    "folders",
    None,
    None,
    0,
)
s("masks folders", photos(*[f"train/images/{i}.jpg" for i in range(3)], *[f"train/masks/{i}.png" for i in range(3)]), None, None, None, 0)
s(
    "caltech background",
    photos(*[f"101_ObjectCategories/{c}/image_{i:04d}.jpg" for c in ("Faces", "BACKGROUND_Google") for i in range(2)]),
    "folders",
    {"": 4},
    ("BACKGROUND_Google", "Faces"),
    0,
)
s(
    "cifar test split txt",
    {
        **photos(*[f"images/{c}/{i}.jpg" for c in ("001.Albatross", "002.Auklet") for i in range(2)]),
        "images.txt": "1 001.Albatross/0.jpg\n2 001.Albatross/1.jpg\n",
        "image_class_labels.txt": "1 1\n2 1\n",
        "train_test_split.txt": "1 0\n2 1\n",
        "bounding_boxes.txt": "1 60.0 27.0 325.0 304.0\n2 139.0 30.0 153.0 264.0\n",
        "classes.txt": "1 001.Albatross\n2 002.Auklet\n",
        "README": "x",
    },
    "folders",
    {"": 4},
    ("001.Albatross", "002.Auklet"),
    0,
)


def tar(members):
    b = io.BytesIO()
    with tarfile.open(fileobj=b, mode="w") as t:
        for n, d in members.items():
            d = d if isinstance(d, bytes) else d.encode()
            i = tarfile.TarInfo(n)
            i.size = len(d)
            t.addfile(i, io.BytesIO(d))
    return b.getvalue()


s(
    "shards",
    {f"train-{k:06d}.tar": tar({m: d for i in range(2) for m, d in ((f"{k}{i}.jpg", photo(2 * k + i)), (f"{k}{i}.cls", str(i)))}) for k in range(2)},
    "shards",
    {"train": 4},
    ("0", "1"),
    0,
)
s(
    "shards captions",
    {
        f"{k:05d}.tar": tar(
            {
                m: d
                for i in range(2)
                for m, d in (
                    (f"{k}{i}.jpg", photo(2 * k + i)),
                    (f"{k}{i}.txt", "a cat on a mat"),
                    (f"{k}{i}.json", J({"url": "x", "caption": "y", "status": "success"})),
                )
            }
        )
        for k in range(2)
    },
    "shards",
    {"": 4},
    (),
    0,
)


def par(n, start=0, labels=(0, 1)):
    t = pa.table({"image": [{"bytes": photo(start + i), "path": f"{i}.jpg"} for i in range(n)], "label": [labels[i % 2] for i in range(n)]}).replace_schema_metadata(
        {"huggingface": J({"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}})}
    )
    b = io.BytesIO()
    pq.write_table(t, b)
    return b.getvalue()


s(
    "parquet hf",
    {"README.md": "---\ndataset_info: x\n---\n", "data/train-00000-of-00001.parquet": par(4), "data/test-00000-of-00001.parquet": par(2, 4)},
    "parquet",
    {"train": 4, "test": 2},
    ("cat", "dog"),
    0,
)
s(
    "single wrong: macos junk",
    {**SETS["ultralytics"][0], "images/.DS_Store": b"x", "Thumbs.db": b"x"},
    "yolo",
    {"train": 3, "val": 1},
    ("cat", "dog"),
    8,
)
s(
    "parquet hf labels of the test kept back",
    {"data/train-00000-of-00001.parquet": par(4), "data/test-00000-of-00001.parquet": par(2, 4, (-1, -1))},
    "parquet",
    {"train": 4, "test": 2},
    ("cat", "dog"),
    0,
)
s(
    "coco roboflow with a category above the others",
    {
        **photos("train/a.jpg", "train/b.jpg"),
        "train/_annotations.coco.json": coco(["a.jpg", "b.jpg"]).replace(
            '"categories": [', '"categories": [{"id": 0, "name": "animal", "supercategory": "none"}, '
        ).replace('"supercategory": "x"', '"supercategory": "animal"'),
    },
    "coco",
    {"train": 2},
    None,
    4,
)
s(
    "kitti",
    {
        **photos("training/image_2/000000.png", "training/image_2/000001.png", "testing/image_2/000000.png"),
        **{f"training/label_2/00000{i}.txt": "Car 0.00 0 1.85 10.10 20.30 40.50 50.70 1.57 1.73 4.15 1.00 1.75 13.22 1.62\n" for i in range(2)},
    },
    "images",
    {"train": 2, "test": 1},
    (),
    0,
)
s(
    "dogs and cats by their file names",
    photos("train/cat.0.jpg", "train/cat.1.jpg", "train/dog.0.jpg", "train/dog.1.jpg", "test1/1.jpg", "test1/2.jpg"),
    "images",
    None,
    (),
    0,
)
s(
    "cityscapes",
    {
        **photos(*[f"leftImg8bit/{home}_leftImg8bit.png" for home in ("train/aachen/a_0", "train/bochum/b_0", "train/bochum/b_1", "val/lindau/l_0")]),
        **{f"gtFine/{home}_gtFine_labelIds.png": photo(9, "PNG") for home in ("train/aachen/a_0", "train/bochum/b_0", "train/bochum/b_1", "val/lindau/l_0")},
    },
    "images",
    {"train": 3, "val": 1},
    (),
    0,
)
