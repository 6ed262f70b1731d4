"""Exports of other tools: read as they are meant, or said to be not read."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from tests.collect.files.clean_sets import SETS
from tests.collect.files.conftest import photo, photos

from stepscope.checking import Looking, check
from stepscope.collect.files.recognise import NoDataset, found_at
from stepscope.diagnose import Report
from stepscope.finding import Severity

NAMES = [f"{number}.jpg" for number in range(12)]


def checked(root: Path, quick: bool = True, layout: str | None = None) -> Report:
    return check(root, layout=layout, looking=Looking(quick=quick, cache=False))


def grave(report: Report) -> list[str]:
    return [f"{each.name}: {each.headline}" for each in report.findings if each.severity is not Severity.NOTE]


def grey(value: int, size: tuple[int, int] = (96, 64)) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full(size[::-1], value, "uint8")).save(buffer, "PNG")
    return buffer.getvalue()


UNREAD = {
    "CreateML JSON": {"train/_annotations.createml.json": json.dumps([{"image": "0.jpg", "annotations": [{"label": "cat", "coordinates": {"x": 9, "y": 9, "width": 4, "height": 4}}]}])},
    "CVAT XML": {"annotations.xml": '<?xml version="1.0"?>\n<annotations>\n<version>1.1</version>\n<image id="0" name="0.jpg"><box label="a"/></image>\n</annotations>\n'},
    "labelme JSON": {"train/0.json": json.dumps({"version": "5", "shapes": [{"label": "a", "points": [[1, 2]], "shape_type": "rectangle"}], "imagePath": "0.jpg"})},
    "VIA CSV": {"via.csv": 'filename,region_count,region_id,region_shape_attributes\n0.jpg,1,0,"{""name"":""rect"",""x"":1}"\n1.jpg,1,0,"{""name"":""rect"",""x"":1}"\n'},
    "Supervisely JSON": {"ann/0.jpg.json": json.dumps({"size": {}, "objects": [{"classTitle": "a", "geometryType": "rectangle"}]})},
    "DOTA text": {"labelTxt/0.txt": "imagesource:GoogleEarth\ngsd:0.14\n1.0 4.0 9.0 1.0 12.0 9.0 3.0 12.0 small-vehicle 0\n"},
    "FiftyOne classification JSON": {"labels.json": json.dumps({"classes": ["a", "b"], "labels": {"0": 1}})},
    "Detectron2 JSON": {"annotations/train.json": json.dumps([{"file_name": "0.jpg", "image_id": 0, "annotations": [{"bbox": [1, 2, 3, 4], "bbox_mode": 1, "category_id": 0}]}])},
    "JSON of another form than COCO's": {"annotations.json": json.dumps({"0.jpg": {"boxes": [[1, 2, 3, 4]]}}), "index.json": json.dumps({"images": NAMES, "labels": [0] * len(NAMES)})},
    "metadata of Hugging Face": {"train/metadata.jsonl": "".join(json.dumps({"file_name": name, "text": "a cat"}) + "\n" for name in NAMES)},
    "Cityscapes JSON": {"gtFine/train/ulm/0_polygons.json": json.dumps({"imgHeight": 64, "imgWidth": 96, "objects": [{"label": "road", "polygon": [[1, 2], [3, 4]]}]})},
    "keras-yolo3 text": {"train/_annotations.txt": "".join(f"{name} 1,2,30,40,0 5,5,9,9,1\n" for name in NAMES)},
    "COCO results JSON": {"results.json": json.dumps([{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}])},
    "COCO captions": {"annotations/captions.json": json.dumps({"images": [], "annotations": [{"image_id": 1, "caption": "a cat"}]})},
}


@pytest.mark.parametrize("name", UNREAD)
def test_annotations_that_are_not_read_are_said_to_be_and_are_no_mistake(name: str, written: Callable[..., Path]) -> None:
    contents = UNREAD[name]
    report = checked(written({**photos(*(f"train/{each}" for each in NAMES)), **contents}))
    assert not grave(report)
    assert [note for note in report.notes if note.startswith(f"not read: {name} ({next(iter(contents))})")]
    assert "stray-file" not in {each.name for each in report.findings}


def test_a_file_of_such_a_format_alone_is_named(written: Callable[..., Path]) -> None:
    root = written({**photos("train/0.jpg"), **UNREAD["labelme JSON"]})
    with pytest.raises(NoDataset, match="is labelme JSON, which is not read; as COCO, Pascal VOC or YOLO it can be checked"):
        check(root / "train/0.json")


@pytest.mark.parametrize("place", ["", "images.zip"])
def test_what_is_still_packed_is_to_be_unpacked(place: str, written: Callable[..., Path]) -> None:
    with pytest.raises(NoDataset, match="; unpack archives first"):
        check(written({"images.zip": b"PK"}) / place)


@pytest.mark.parametrize("layout", ["yolo", "voc"])
def test_a_layout_of_which_nothing_is_there_is_not_found_sound(layout: str, written: Callable[..., Path]) -> None:
    with pytest.raises(NoDataset, match=f"no annotation of the layout {layout} .*it looks like coco"):
        checked(written(SETS["coco2017"][0]), layout=layout)


def test_googles_list_tells_splits_classes_and_boxes(written: Callable[..., Path]) -> None:
    splits = ["TRAIN"] * 8 + ["VALIDATION"] * 2 + ["TEST"] * 2
    lines = [f"{split},gs://bucket/images/{name},{'cat' if at % 2 else 'dog'},0.1,0.2,,,0.6,0.7,," for at, (split, name) in enumerate(zip(splits, NAMES, strict=True))]
    report = checked(written({**photos(*(f"images/{each}" for each in NAMES)), "labels.csv": "\n".join(lines)}))
    assert not report.findings
    assert report.overview is not None
    assert (report.overview.splits, report.overview.classes, report.overview.boxes) == ({"train": 8, "val": 2, "test": 2}, ("cat", "dog"), 12)


def test_a_list_of_several_flags_for_each_image_is_no_list_of_one_class(written: Callable[..., Path]) -> None:
    lines = [f"{name}, {at % 2}, {at // 2 % 2}, 1" for at, name in enumerate(NAMES)]
    assert not grave(checked(written({**photos(*(f"train/{each}" for each in NAMES)), "train/_classes.csv": "filename, cat, dog, bird\n" + "\n".join(lines)})))


def test_the_few_boxes_that_are_no_shares_do_not_make_pixels_of_the_others(written: Callable[..., Path]) -> None:
    lines = [f"{name[:-4]},cat,{10 if at == 3 else 0.1},{60 if at == 3 else 0.5},0.2,0.7" for at, name in enumerate(NAMES)]
    report = checked(written({**photos(*(f"train/{each}" for each in NAMES)), "boxes.csv": "ImageID,LabelName,XMin,XMax,YMin,YMax\n" + "\n".join(lines)}))
    assert [(each.name, each.place.line, each.count) for each in report.findings] == [("box-not-normalised", 5, 1)]


def test_an_image_that_a_list_of_boxes_does_not_name_is_background(written: Callable[..., Path]) -> None:
    lines = [f'{name[:-4]},96,64,"[10.0, 10.0, 20.0, 20.0]"' for name in NAMES[1:]]
    assert not grave(checked(written({**photos(*(f"train/{each}" for each in NAMES)), "train.csv": "image_id,width,height,bbox\n" + "\n".join(lines)})))


def test_an_image_in_two_rows_of_two_splits_leaks_whatever_the_column_is_called(written: Callable[..., Path]) -> None:
    lines = [f"{name};{'ab'[at % 2]};{'train' if at < 8 else 'test'}" for at, name in enumerate([*NAMES, NAMES[0]])]
    report = checked(written({**photos(*(f"bilder/{each}" for each in NAMES)), "liste.csv": "Datei;Klasse;Teil\n" + "\n".join(lines)}))
    assert [(each.name, each.place.line) for each in report.findings] == [("split-leak", 14)]


def test_masks_beside_their_images_are_no_samples(written: Callable[..., Path]) -> None:
    masks = {f"train/{name[:-4]}_mask.png": grey(1) for name in NAMES} | {"train/3_mask_1.png": grey(1)}
    report = checked(written({**photos(*(f"train/{each}" for each in NAMES)), **masks}), quick=False)
    assert not report.findings
    assert report.overview is not None
    assert report.overview.images == len(NAMES)


def test_masks_are_paired_by_the_name_without_what_is_added_to_it(written: Callable[..., Path]) -> None:
    masks = {f"masks/{name[:-4]}_mask.png": grey(1, (64, 96) if name == "4.jpg" else (96, 64)) for name in NAMES if name != "7.jpg"}
    report = checked(written({**photos(*(f"images/{each}" for each in NAMES)), **masks}), quick=False)
    assert {(each.name, Path(each.place.file or "").name) for each in report.findings} == {("image-size-mismatch", "4_mask.png"), ("label-missing", "7.jpg")}


def test_panoptic_masks_of_coco_are_no_samples(written: Callable[..., Path]) -> None:
    masks = {f"annotations/panoptic_train2017/{name}.png": grey(3) for name in "ab"}
    assert not grave(checked(written({**SETS["coco2017"][0], **masks})))


def test_ids_with_a_point_are_the_same_ids(written: Callable[..., Path]) -> None:
    whole = json.loads(str(SETS["coco2017"][0]["annotations/instances_train2017.json"]))
    for each in whole["annotations"]:
        each["category_id"], each["image_id"] = float(each["category_id"]), float(each["image_id"])
    root = written({**SETS["coco2017"][0], "annotations/instances_train2017.json": json.dumps(whole)})
    report = checked(root)
    assert not grave(report)
    assert report.overview is not None
    assert report.overview.boxes == SETS["coco2017"][4]


def test_what_is_no_object_among_annotations_does_not_shift_the_lines_of_those_after_it(written: Callable[..., Path]) -> None:
    whole = json.loads(str(SETS["coco2017"][0]["annotations/instances_train2017.json"]))
    lines = ["null", *map(json.dumps, whole["annotations"])]
    lines[-1] = json.dumps({**whole["annotations"][-1], "category_id": 99})
    text = '{"images": ' + json.dumps(whole["images"]) + ',\n"categories": ' + json.dumps(whole["categories"]) + ',\n"annotations": [\n' + ",\n".join(lines) + "\n]}"
    found = {each.name: each.place.line for each in checked(written({**SETS["coco2017"][0], "annotations/instances_train2017.json": text})).findings}
    assert found == {"annotation-parse": 4, "annotation-id-clash": 3 + len(lines)}


def test_an_image_of_nearly_the_name_is_shown(written: Callable[..., Path]) -> None:
    lines = [f"{name if name != '3.jpg' else '3.JPG'},{'ab'[at % 2]}" for at, name in enumerate(NAMES)]
    report = checked(written({**photos(*(f"train/{each}" for each in NAMES)), "list.csv": "file,label\n" + "\n".join(lines)}))
    assert "'3.JPG' is not there, but train/3.jpg is" in [each.place.about for each in report.findings]


def test_boxes_in_percent_are_told_once(written: Callable[..., Path]) -> None:
    names = [f"{number}.jpg" for number in range(20)]
    boxes = [(at * 7 % 73 + 0.37, at * 11 % 67 + 0.61, 12.5 + at % 13, 9.25 + at % 23) for at in range(60)]
    whole = {
        "images": [{"id": at, "file_name": name, "width": 200, "height": 150} for at, name in enumerate(names)], "categories": [{"id": 0, "name": "a"}],
        "annotations": [{"id": at, "image_id": at // 3, "category_id": 0, "bbox": box} for at, box in enumerate([*boxes[:-2], (0.5, 2, 40, 97.5), (3, 0.25, 96.5, 30)])],
    }  # fmt: skip
    report = checked(written({**{f"images/{name}": photo(at, size=(200, 150)) for at, name in enumerate(names)}, "result.json": json.dumps(whole)}))
    assert [(each.name, each.headline) for each in report.findings] == [("box-format-mismatch", "the boxes are percent of the image's width and height, read as pixels")]


@pytest.mark.parametrize(("corners", "crossed"), [("0.2 0.2 0.6 0.6 0.7 0.3 0.2 0.7", True), ("0.2 0.2 0.6 0.25 0.7 0.7 0.3 0.6", False), ("0.2 0.2 0.8 0.2 0.5 0.3 0.5 0.8", False)])
def test_four_corners_in_the_wrong_order_are_told(corners: str, crossed: bool, written: Callable[..., Path]) -> None:
    report = checked(written({**SETS["ultralytics"][0], "labels/train/a.txt": f"0 {corners}\n"}))
    assert [each.headline for each in report.findings if each.name == "segment-invalid"] == ["a polygon of four corners that crosses itself"] * crossed


@pytest.mark.parametrize(("corners", "crossed"), [([10, 10, 50, 40, 50, 15, 10, 35], True), ([10, 10, 50, 12, 50, 40, 12, 38], False)])
def test_so_they_are_in_coco(corners: list[float], crossed: bool, written: Callable[..., Path]) -> None:
    whole = json.loads(str(SETS["coco2017"][0]["annotations/instances_train2017.json"]))
    whole["annotations"][0].update(segmentation=[corners], bbox=[10, 10, 40, 30], area=500.0)
    report = checked(written({**SETS["coco2017"][0], "annotations/instances_train2017.json": json.dumps(whole)}))
    assert [each.place.about for each in report.findings] == ["a polygon of four corners that crosses itself"] * crossed


def test_a_shards_json_that_is_cut_off_is_no_missing_class(written: Callable[..., Path]) -> None:
    import tarfile

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as shard:
        for at in range(6):
            for name, data in ((f"{at}.jpg", photo(at)), (f"{at}.json", b'{"label": 1' if at == 2 else json.dumps({"label": at % 2}).encode())):
                member = tarfile.TarInfo(name)
                member.size = len(data)
                shard.addfile(member, io.BytesIO(data))
    report = checked(written({"train-000000.tar": buffer.getvalue()}))
    assert [(each.name, each.place.about) for each in report.findings] == [("annotation-parse", "the member '2.json' is no whole JSON")]


def test_an_arrow_file_is_read_like_a_parquet_file(written: Callable[..., Path]) -> None:
    rows = [{"image": {"bytes": photo(at)[: 400 if at == 5 else None], "path": None}, "label": at % 2} for at in range(8)]
    table = pa.Table.from_pylist(rows)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table, max_chunksize=4)
    report = checked(written({"train/data-00000-of-00001.arrow": sink.getvalue(), "train/state.json": "{}", "dataset_dict.json": '{"splits": ["train"]}'}), quick=False)
    assert [(each.name, str(each.place.file).endswith("arrow/1/1")) for each in report.findings] == [("truncated-image", True)]


def test_of_sixteen_bits_a_grey_image_of_eight_is_told(written: Callable[..., Path]) -> None:
    def deep(at: int) -> bytes:
        buffer = io.BytesIO()
        pixels = np.asarray(Image.open(io.BytesIO(photo(at))).convert("L"), "uint16") * 200
        Image.fromarray(pixels).save(buffer, "PNG")
        return buffer.getvalue()

    pictures = {f"{'ab'[at % 2]}/{at}.png": deep(at) for at in range(12)}
    buffer = io.BytesIO()
    Image.open(io.BytesIO(photo(13))).convert("L").save(buffer, "PNG")
    found = {each.name: each.headline for each in checked(written({**pictures, "a/13.png": buffer.getvalue()}), quick=False).findings}
    assert found["image-mode-unusual"] == "a/13.png is of 8 bits a channel, unlike the others"


def test_the_second_image_of_a_pair_is_no_class(written: Callable[..., Path]) -> None:
    lines = [f"{at % 4}.jpg,{5 + at % 5}.jpg,{at % 2}" for at in range(12)]
    report = checked(written({**photos(*(f"sign/{each}" for each in NAMES)), "sign/train_pairs.csv": "\n".join(lines)}))
    assert not grave(report)
    assert report.overview is not None
    assert not set(report.overview.classes) & set(NAMES)


def test_depth_beside_the_picture_it_is_of_is_no_sample(written: Callable[..., Path]) -> None:
    pictures = {f"train/{room}/rgb_{at:05d}.jpg": photo(at) for at, room in enumerate(["bath", "hall"] * 6)}
    depths = {path.replace("rgb_", "sync_depth_").replace(".jpg", ".png"): grey(at) for at, path in enumerate(pictures)}
    report = checked(written({**pictures, **depths}), quick=False)
    assert not grave(report)
    assert report.overview is not None
    assert (report.overview.images, report.overview.classes) == (12, ("bath", "hall"))


def test_what_trainings_wrote_is_left_out_and_said(written: Callable[..., Path]) -> None:
    wrote = {"runs/detect/train/args.yaml": "task: detect\n", "runs/detect/train/train_batch0.jpg": photo(1), "runs/detect/predict/labels/a.txt": "0 0.5 0.5 0.2 0.2 0.87\n", "runs/detect/predict/a.jpg": photo(2)}
    report = checked(written({**SETS["ultralytics"][0], **wrote}), quick=False)
    assert not grave(report)
    assert report.notes == ("left out: runs, where trainings wrote their results",)


def test_a_class_of_runs_is_none_of_these(written: Callable[..., Path]) -> None:
    report = checked(written(photos(*(f"{kind}/{each}" for kind in ("runs/train", "walks/train") for each in NAMES))))
    assert report.overview is not None
    assert (report.overview.images, report.notes) == (24, ())


def test_the_split_of_a_shard_is_told_by_any_word_of_its_name(written: Callable[..., Path]) -> None:
    import tarfile

    shards = {}
    for number, name in enumerate(["imagenet-train-000000.tar", "imagenet-val-000000.tar"]):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as shard:
            for at in range(3):
                member = tarfile.TarInfo(f"{at}.jpg")
                member.size = len(photo(3 * number + at))
                shard.addfile(member, io.BytesIO(photo(3 * number + at)))
        shards[name] = buffer.getvalue()
    report = checked(written(shards))
    assert report.overview is not None
    assert report.overview.splits == {"train": 3, "val": 3}


def test_in_a_list_of_one_flag_each_the_lines_with_none_and_with_two_are_told(written: Callable[..., Path]) -> None:
    flags = [["1.0", "0.0"] if at % 2 else ["0.0", "1.0"] for at in range(60)]
    flags[7], flags[20] = ["1.0", "1.0"], ["0.0", "0.0"]
    lines = [f"I{at},{','.join(each)}" for at, each in enumerate(flags)]
    report = checked(written({**photos(*(f"im/I{at}.jpg" for at in range(60))), "gt.csv": "image,MEL,NV\n" + "\n".join(lines)}))
    assert {(each.name, each.place.line, each.place.about) for each in report.findings} == {("annotation-value", 9, "has the classes MEL and NV"), ("label-missing", 22, "has no class")}


def test_a_mask_beside_images_that_has_none_is_told_as_that(written: Callable[..., Path]) -> None:
    masks = {f"train/{name[:-4]}_mask.png": grey(1) for name in [*NAMES, "90.jpg"]}
    report = checked(written({**photos(*(f"train/{each}" for each in NAMES)), **masks}), quick=False)
    assert [(each.name, each.place.file and Path(each.place.file).name) for each in report.findings] == [("image-missing", "90_mask.png")]


def test_a_file_that_only_looks_like_json_does_not_parse(written: Callable[..., Path]) -> None:
    name = "annotations/instances_train2017.json"
    report = checked(written({**SETS["coco2017"][0], name: str(SETS["coco2017"][0][name]).replace('"', "'")}))
    assert "annotation-parse" in [each.name for each in report.findings]


XML = "<annotation><filename>{0}.jpg</filename><size><width>96</width><height>64</height><depth>3</depth></size></annotation>"


@pytest.mark.parametrize(
    ("folders", "stray", "layouts"),
    [(("cat", "dog"), "cat/0.xml", ("folders",)), (("cat", "dog"), "cat/0.txt", ("folders",)), (("JPEGImages",), "Annotations/0.xml", ("voc",))],
    ids=["VOC", "YOLO", "few annotated"],
)  # fmt: skip
def test_one_annotation_among_folders_of_classes_makes_no_detection_set(folders: tuple[str, ...], stray: str, layouts: tuple[str, ...], written: Callable[..., Path]) -> None:
    images = photos(*[f"{folder}/{number}.jpg" for folder in folders for number in range(60)])
    root = written({**images, stray: XML.format(0) if stray.endswith(".xml") else "0 0.5 0.5 0.2 0.2\n"})

    assert found_at(root).layouts == layouts
