"""Of a clean data set nothing is said, however it is laid out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.collect.files.clean_sets import SETS

from stepscope.checking import Looking, _inventory, check
from stepscope.collect.files.recognise import found_at, read_as
from stepscope.finding import Severity

FAMILIES = ("DAT", "LBL", "BOX", "ANN")


@pytest.mark.parametrize("name", SETS)
def test_a_clean_set_is_recognised_and_counted(name: str, written: Callable[..., Path]) -> None:
    contents, layout, splits, classes, boxes = SETS[name]
    found = found_at(written(contents))
    seen = _inventory(read_as(found.tree, found.layouts[0]))
    assert (layout is None or seen.layout == layout)
    assert (splits is None or seen.samples == splits)
    assert (classes is None or seen.classes == tuple(classes))
    assert (boxes is None or seen.boxes == boxes)


@pytest.mark.parametrize("name", SETS)
def test_a_clean_set_is_not_complained_about(name: str, written: Callable[..., Path]) -> None:
    report = check(written(SETS[name][0]), looking=Looking(quick=True, cache=False))
    told = [(each.name, each.headline) for each in report.findings if each.code[:3] in FAMILIES and each.severity is not Severity.NOTE]
    assert not told
    assert not [note for note in report.notes if not note.startswith("not read: ")]
