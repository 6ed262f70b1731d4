"""Lists of a repaired copy name what is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
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


def test_boxes_in_a_list_that_are_left_are_counted(written: Callable[..., Path], tmp_path: Path) -> None:
    lines = [f"{name},cat,10,10,{200 if name == '4.jpg' else 40},40" for name in NAMES]
    root = written({**photos(*NAMES), "list.csv": "file,class,xmin,ymin,xmax,ymax\n" + "\n".join(lines)})
    told = repair(root, Wanted(), tmp_path / "fixed", looking=Looking(cache=False)).told
    assert told == ("nothing was to be repaired", "1 box in CSV lists was left: lists get new names of images alone")
