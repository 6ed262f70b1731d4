"""A class under two names is told at the lines of the rarer one; names that are only alike are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.collect.files.clean_sets import SETS
from tests.collect.files.conftest import photos

from stepscope.checking import Looking, check
from stepscope.collect.files.layouts.spelling import Line, misspelt

VOC = SETS["voc devkit"][0]


def told(*names: str) -> list[tuple[str, int | None]]:
    return [(flaw.kind, flaw.line) for flaw in misspelt(Line(name, "a.csv", line, "a.jpg") for line, name in enumerate(names, 1))]


def found(root: Path) -> list[tuple[str, str, str, int | None]]:
    report = check(root, looking=Looking(quick=True, cache=False))
    return [(each.name, each.severity.name, Path(place.file or "").name, place.line) for each in report.findings for place in (each.place, *each.places[1:])]


@pytest.mark.parametrize(("odd", "kind"), [("Truck", "class-spelling"), ("truck ", "class-spelling"), ("trcuk", "class-slip"), ("lorrie", "class-slip"), ("trucck", "class-slip"), ("trick", "class-slip")])
def test_the_rarer_spelling_is_told_at_its_line(odd: str, kind: str) -> None:
    assert told(*["truck"] * 12, odd, *["lorries"] * 12) == [(kind, 13)]


@pytest.mark.parametrize(
    "others",
    [
        ("cat",), ("crick",), ("bruck",), ("truck2",), ("trikc",), ("track",) * 3, ("house", "horse", "mouse", "moose", "goose", "trick"),
        ("10", "1", "01", "-1"), ("Trucker's",), ("t",),
    ],
)  # fmt: skip
def test_other_names_are_other_names(others: Sequence[str]) -> None:
    assert told(*["truck"] * 30, *["car"] * 30, *others) == []


def test_names_that_all_have_the_space_of_the_list_are_one() -> None:
    assert told(*[" truck"] * 5, *[" bus"] * 5) == []


def test_a_line_of_a_list(written: Callable[..., Path]) -> None:
    paths = [f"im/{number}.jpg" for number in range(24)]
    labels = ["pug", "beagle"] * 12
    labels[4], labels[7] = "Pug", "beagel"
    root = written({**photos(*paths), "l.csv": "image,breed\n" + "".join(f"{path},{label}\n" for path, label in zip(paths, labels, strict=True))})
    assert [each for each in found(root) if each[0] == "class-name-mismatch"] == [("class-name-mismatch", "WARNING", "l.csv", 6), ("class-name-mismatch", "NOTE", "l.csv", 9)]


def test_a_line_of_an_xml_file(written: Callable[..., Path]) -> None:
    path = "VOCdevkit/VOC2007/Annotations/2007_000001.xml"
    text = str(VOC[path]).replace("<name>cat", "<name>Cat", 1)
    line = text[: text.index("<name>Cat")].count("\n") + 1
    assert ("class-name-mismatch", "WARNING", "2007_000001.xml", line) in found(written({**VOC, path: text}))
