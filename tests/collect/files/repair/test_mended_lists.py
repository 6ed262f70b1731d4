"""Lists of a repaired copy name what is there."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from tests.collect.files.conftest import photo, photos

from stepscope.checking import Looking
from stepscope.collect.files.repair.plan import Wanted
from stepscope.repairing import repair

NAMES = [f"{number}.jpg" for number in range(12)]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_an_image_that_is_renamed_keeps_its_line_whatever_parts_the_cells(sign: str, mark: str, written: Callable[..., Path], tmp_path: Path) -> None:
    lines = [f"{name}{sign}{'ab'[at % 2]}" for at, name in enumerate(NAMES)]
    root = written({**photos(*NAMES), "3.jpg": photo(3, "PNG"), "0.jpg": photo(0, "PNG"), "list.csv": mark + "\r\n".join(lines)})
    repair(root, Wanted(), tmp_path / "fixed", looking=Looking(cache=False))
    assert (tmp_path / "fixed/list.csv").read_text("utf-8") == (mark + "\n".join(lines)).replace("3.jpg", "3.png").replace("0.jpg", "0.png").replace("10.png", "10.jpg")


HEADS = {
    "xyxy": "file,class,xmin,ymin,xmax,ymax",
    "xywh": "file,class,x,y,width,height",
    "list": "file,class,bbox",
}
RIGHT = {"xyxy": "10,10,40,40", "xywh": "10,10,30,30", "list": '"[10, 10, 30, 30]"'}


@pytest.mark.parametrize(
    ("form", "wrong", "right"),
    [
        ("xyxy", "10,10, 200.5 ,40", "10,10, WIDE ,40"),
        ("xyxy", "40,40,10,10", "10,10,40,40"),
        ("xywh", "10,10,200,30", "10,10,REST,30"),
        ("xywh", "-5,10,30,30", "0,10,25,30"),
        ("list", '"[10, 10, 200, 30]"', '"[10, 10, REST, 30]"'),
        ("xyxy", "10,10,10,40", None),
        ("xyxy", "500,500,600,600", "500,500,600,600"),
        ("xyxy", "nan,10,40,40", "nan,10,40,40"),
    ],
)
@pytest.mark.parametrize("sign", [",", ";"])
def test_a_box_of_a_list_is_put_right_and_the_other_lines_keep_their_bytes(form: str, wrong: str, right: str | None, sign: str, written: Callable[..., Path], tmp_path: Path) -> None:
    def line(name: str, box: str) -> str:
        return f"{name},cat,{box}" if form == "list" else f"{name},cat,{box}".replace(",", sign)

    sign = "," if form == "list" else sign
    files = photos(*NAMES)
    width = Image.open(io.BytesIO(files["4.jpg"])).width
    lines = [line(name, wrong if name == "4.jpg" else RIGHT[form]) for name in NAMES]
    before = "\r\n".join([HEADS[form].replace(",", sign), *lines, lines[2].replace("10", "12", 1)])
    root = written({**files, "list.csv": before})
    repair(root, Wanted(), tmp_path / "fixed", looking=Looking(cache=False))
    after = (right or "").replace("WIDE", str(width)).replace("REST", str(width - 10))
    expected = before.replace(lines[4] + "\r\n", line("4.jpg", after) + "\r\n" if right else "")
    assert (tmp_path / "fixed/list.csv").read_bytes() == expected.encode()


def test_boxes_in_shares_are_clipped_to_the_whole(written: Callable[..., Path], tmp_path: Path) -> None:
    lines = [f"{name},cat,0.1,0.1,{1.3 if name == '4.jpg' else 0.4},0.4" for name in NAMES]
    root = written({**photos(*NAMES), "list.csv": HEADS["xyxy"] + "\n" + "\n".join(lines)})
    repair(root, Wanted(), tmp_path / "fixed", looking=Looking(cache=False))
    assert (tmp_path / "fixed/list.csv").read_text().splitlines()[5] == "4.jpg,cat,0.1,0.1,1,0.4"


def test_a_line_of_a_list_that_stands_twice_is_kept_once(written: Callable[..., Path], tmp_path: Path) -> None:
    lines = [f"{name},cat,10,10,40,40" for name in NAMES]
    root = written({**photos(*NAMES), "list.csv": "\n".join([HEADS["xyxy"], *lines, lines[3], lines[3].replace("cat", "dog")])})
    told = repair(root, Wanted(), tmp_path / "fixed", looking=Looking(cache=False)).told
    assert told == ("repaired: 1 box removed as written twice",)
    assert (tmp_path / "fixed/list.csv").read_text().splitlines()[1:] == [*lines, lines[3].replace("cat", "dog")]


def test_a_record_over_several_lines_is_left(written: Callable[..., Path], tmp_path: Path) -> None:
    lines = [f'{name},"cat\nor dog",10,10,{9000 if name == "4.jpg" else 40},40' for name in NAMES]
    text = "\n".join([HEADS["xyxy"], *lines])
    root = written({**photos(*NAMES), "list.csv": text})
    repair(root, Wanted(), tmp_path / "fixed", looking=Looking(cache=False))
    assert (tmp_path / "fixed/list.csv").read_text() == text
