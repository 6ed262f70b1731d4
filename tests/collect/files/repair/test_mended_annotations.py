"""Annotation files rewritten: what is right keeps its bytes."""

import json
import random

import pytest
from tests.collect.files.repair.sets import OBJECT, VOC, aged, bytes_in, coco, mended, photo, voc, yolo

from stepscope.collect.files.repair.plan import RepairFailed, Wanted, renumbering

LINES = "0 0.95 0.5 0.3 0.2\n1  0.50 0.5 0.2 0.2\n\n2 0.5 0.5 -0.2 0.2\n0 0.5 0.5 0 0.2\n1 0.5 0.5 0.2 0.2\n2 0.1 0.1 0.2 0.1 0.2 0.2\nnot a line\n1 900 40 30 30\n"
MENDED = "0 0.900000 0.500000 0.200000 0.200000\n1  0.50 0.5 0.2 0.2\n\n2 0.500000 0.500000 0.200000 0.200000\n2 0.1 0.1 0.2 0.1 0.2 0.2\nnot a line\n1 900 40 30 30\n"


def test_yolo_lines_that_are_right_keep_their_bytes(tmp_path):
    copy, told = mended(yolo(tmp_path / "data", LINES))

    assert (copy / "labels/train/00.txt").read_text() == MENDED
    assert (copy / "labels/train/01.txt").read_bytes() == b"0 0.5 0.5 0.2 0.2\r\n"
    assert told == (
        "repaired: 1 box clipped to the image", "repaired: 1 box given their corners in order", "repaired: 1 box removed as empty", "repaired: 1 box removed as written twice",
    )  # fmt: skip


def test_yolo_classes_are_renumbered(tmp_path):
    copy, told = mended(yolo(tmp_path / "data", "1 0.5 0.5 0.20 0.2\n2 0.1 0.1 0.2 0.1 0.2 0.2\n"), Wanted(renumber={0: 1, 1: 2, 2: 0}))

    assert (copy / "labels/train/00.txt").read_text() == "2 0.5 0.5 0.20 0.2\n0 0.1 0.1 0.2 0.1 0.2 0.2\n"
    assert "repaired: 13 labels given another class number" in told


def test_boxes_in_another_form_are_left(tmp_path):
    root = yolo(tmp_path / "data", "0 60 40 30 30\n")
    for label in (root / "labels/train").iterdir():
        label.write_text("0 60 40 300 30\n")
    copy, told = mended(root)

    assert bytes_in(copy)["labels/train/00.txt"] == b"0 60 40 300 30\n"
    assert any("another form" in line for line in told)


def test_boxes_that_fit_as_corners_are_not_clipped(tmp_path):
    root = yolo(tmp_path / "data", "0 0.3 0.1 0.5 0.3\n")
    for number, label in enumerate(sorted((root / "labels/train").iterdir())):
        label.write_text("".join(f"0 {0.2 + each / 20} {0.1 + number / 40} {0.5 + each / 20} {0.6 + number / 40}\n" for each in range(8)))
    copy, told = mended(root)

    assert bytes_in(copy / "labels") == bytes_in(root / "labels")
    assert any("another form" in line for line in told)


def test_the_label_file_and_the_listed_line_go_with_a_copy(tmp_path):
    root = yolo(tmp_path / "data")
    (root / "images/train/00x.jpg").write_bytes((root / "images/train/00.jpg").read_bytes())
    (root / "labels/train/00x.txt").write_bytes((root / "labels/train/00.txt").read_bytes())
    names = sorted(path.name for path in (root / "images/train").iterdir())
    (root / "train.txt").write_text("".join(f"./images/train/{name}\n" for name in names))
    (root / "data.yaml").write_text("path: .\ntrain: train.txt\nnames: [a, b, c]\n")
    copy, _ = mended(root)

    assert not (copy / "labels/train/00x.txt").exists()
    assert (copy / "train.txt").read_text() == "".join(f"./images/train/{name}\n" for name in names if name != "00x.jpg")


def test_copies_that_are_labelled_differently_are_left(tmp_path):
    root = yolo(tmp_path / "data")
    (root / "images/train/00x.jpg").write_bytes((root / "images/train/00.jpg").read_bytes())
    (root / "labels/train/00x.txt").write_text("2 0.5 0.5 0.2 0.2\n")
    copy, told = mended(root)

    assert (copy / "images/train/00x.jpg").exists()
    assert any("their labels differ" in line for line in told)


BOXES = [[-10, 5, 40, 20], [100, 70, 40, 20.5], [50, 50, -20, -10], [5, 5, 0, 10], [1.5, 2.25, 10, 10], [1.5, 2.25, 10, 10]]


def test_coco_boxes_are_mended_with_their_area(tmp_path):
    root = coco(tmp_path / "data", BOXES)
    copy, _ = mended(root)
    told = json.loads((copy / "train.json").read_text(encoding="utf-8"))
    own = [each for each in told["annotations"] if each["image_id"] == 0]

    assert [each["bbox"] for each in own] == [[0, 5, 30, 20], [100, 70, 20, 10], [30, 40, 20, 10], [1.5, 2.25, 10, 10]]
    assert [each["area"] for each in own] == [600, 200, 200, 100]
    assert len(told["annotations"]) == 14
    assert told["info"] == {"images": "not a list"}


def test_a_file_nested_too_deeply_is_left(tmp_path):
    root = coco(tmp_path / "data", [[10, 10, 20, 20]])
    (root / "annotations").mkdir(exist_ok=True)
    (root / "annotations/deep.json").write_text('{"images": ' + "[" * 100_000 + "]" * 100_000 + ', "annotations": []}')
    copy, _ = mended(root)

    assert (copy / "annotations/deep.json").read_bytes() == (root / "annotations/deep.json").read_bytes()


def test_coco_items_that_are_right_keep_their_bytes(tmp_path):
    root = coco(tmp_path / "data", BOXES)
    before = (root / "train.json").read_bytes()
    after = (mended(root)[0] / "train.json").read_bytes()

    assert after[: before.index(b'"annotations"')] == before[: before.index(b'"annotations"')]
    assert after[after.index(b'"categories"') :] == before[before.index(b'"categories"') :]
    assert "é".encode() in after


def test_coco_lists_lose_a_first_and_a_last_item_with_their_commas(tmp_path):
    root = coco(tmp_path / "data", [[5, 5, 0, 10]])
    document = json.loads((root / "train.json").read_text(encoding="utf-8"))
    document["annotations"].append({"id": 99, "image_id": 10, "category_id": 1, "bbox": [5, 5, 10, 0]})
    (root / "train.json").write_text(json.dumps(document))
    told = json.loads((mended(root)[0] / "train.json").read_text())

    assert [each["image_id"] for each in told["annotations"]] == list(range(1, 11))


def test_coco_names_follow_a_renamed_image_and_classes_are_renumbered(tmp_path):
    root = coco(tmp_path / "data", [[1, 1, 5, 5]])
    photo(root / "images/00.jpg", "rocket", form="PNG")
    told = json.loads((mended(root, Wanted(renumber={1: 0, 2: 1}))[0] / "train.json").read_text(encoding="utf-8"))

    assert told["images"][0]["file_name"] == "00.png"
    assert [each["id"] for each in told["categories"]] == [0, 1]
    assert {each["category_id"] for each in told["annotations"]} == {0}


def test_coco_annotations_go_with_a_copy(tmp_path):
    root = coco(tmp_path / "data", [[10, 10, 20, 20]])
    (root / "images/03.jpg").write_bytes((root / "images/02.jpg").read_bytes())
    told = json.loads((mended(root)[0] / "train.json").read_text(encoding="utf-8"))

    assert {each["id"] for each in told["images"]} == {each["image_id"] for each in told["annotations"]} == set(range(11)) - {3}


def test_voc_numbers_are_replaced_and_all_else_stays(tmp_path):
    root = voc(tmp_path / "data", [(-4, 5, 130.5, 20), (40, 30, 10, 20), (5, 5, 5, 9), ("1.50", 2, 30, 40), ("1.50", 2, 30, 40)])
    copy, told = mended(root)
    objects = "".join(OBJECT.format(*box) for box in ((0, 5, 120, 20), (10, 20, 40, 30), ("1.50", 2, 30, 40)))

    assert (copy / "Annotations/00.xml").read_text() == VOC.format(name="00.jpg", objects=objects)
    assert len(told) == 4


def test_an_image_whose_xml_cannot_be_read_is_left(tmp_path):
    root = voc(tmp_path / "data", [(1, 2, 30, 40)], name="a&b.jpg", form="PNG")
    copy, _ = mended(root)

    assert (copy / "Annotations/00.xml").read_bytes() == (root / "Annotations/00.xml").read_bytes()
    assert (copy / "JPEGImages/a&b.jpg").exists()


def test_voc_names_are_replaced_in_the_name_and_the_path(tmp_path):
    copy, _ = mended(voc(tmp_path / "data", [(1, 2, 30, 40)], name="x.jpg", form="PNG"))

    assert (copy / "Annotations/00.xml").read_text() == VOC.format(name="x.png", objects=OBJECT.format(1, 2, 30, 40))


def test_csv_lists_follow_renamed_and_removed_images(tmp_path):
    root = tmp_path / "data"
    for name in ("astronaut", "coffee", "chelsea"):
        photo(root / f"images/{name}.jpg", name)
    photo(root / "images/odd.jpg", "rocket", form="PNG")
    (root / "images/again.jpg").write_bytes((root / "images/astronaut.jpg").read_bytes())
    names = ("astronaut", "coffee", "chelsea", "odd", "again")
    (root / "list.csv").write_text("path,label\r\n" + "".join(f'"images/{name}.jpg",x\r\n' for name in names), newline="")
    copy, _ = mended(aged(root))

    assert (copy / "list.csv").read_bytes().decode() == 'path,label\r\n"images/coffee.jpg",x\r\n"images/chelsea.jpg",x\r\n"images/odd.png",x\r\n"images/again.jpg",x\r\n'


@pytest.mark.parametrize("made", [yolo, coco])
def test_no_two_classes_are_joined(tmp_path, made):
    root = made(tmp_path / "data", *([[[1, 1, 5, 5]]] if made is coco else ["1 0.5 0.5 0.2 0.2\n"]))

    with pytest.raises(RepairFailed, match="in use"):
        mended(root, Wanted(renumber={1: 2, 0: 1} if made is coco else {1: 0}))


def scattered(count):
    """Boxes in an image of 120 by 80 of which some are wrong, in every way, and some twice after they are clipped."""
    numbers = random.Random(7)
    for _ in range(count):
        left, top = numbers.choice([(-3, 70), (110.3333333, 5), (20, 20), (numbers.uniform(0, 110), numbers.uniform(0, 70))])
        yield left, top, left + numbers.choice([0, 1e-7, 10, 25.123456789, -4]), top + numbers.choice([0.4, 9, 30, 30])


@pytest.mark.parametrize("form", ["yolo", "coco", "voc"])
def test_what_is_repaired_needs_no_repair(tmp_path, form):
    wrong = list(scattered(120))
    if form == "yolo":
        lines = [f"0 {(a + c) / 240!r} {(b + d) / 160!r} {(c - a) / 120!r} {(d - b) / 80!r}\n" for a, b, c, d in wrong]
        root = yolo(tmp_path / "data", "".join(lines))
        for label in sorted((root / "labels/train").iterdir())[1:]:
            label.write_text("".join(f"0 0.5 0.5 0.{number} 0.2\n" for number in range(10, 99)))
    elif form == "coco":
        root = coco(tmp_path / "data", [[a, b, c - a, d - b] for a, b, c, d in wrong])
        document = json.loads((root / "train.json").read_text(encoding="utf-8"))
        document["annotations"] += [{"id": 1000 + number, "image_id": 1, "category_id": 1, "bbox": [number / 10, 1, 5, 5]} for number in range(400)]
        (root / "train.json").write_text(json.dumps(document))
    else:
        root = voc(tmp_path / "data", wrong)
        proper = "".join(OBJECT.format(number / 10, 1, 50, 50) for number in range(400))
        (root / "Annotations/01.xml").write_text(VOC.format(name="01.jpg", objects=proper))
    copy, told = mended(root)

    assert len(told) >= 4
    assert mended(copy)[1] == ("nothing was to be repaired",)


@pytest.mark.parametrize("text", ["1", "a:b", "1:0,1:2", "1:0,2:0", "1:-1"])
def test_a_map_that_is_none_is_refused(text):
    with pytest.raises(RepairFailed):
        renumbering(text)


def test_a_map_may_be_lines():
    assert renumbering("1:0\n2: 1\n") == {1: 0, 2: 1}
