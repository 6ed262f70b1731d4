"""Labels that are written as numbers, beside the outputs of the model."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.collect.files.conftest import photo, photos

from stepscope.checking import Looking, check
from stepscope.evidence import Expected

COUNT = 40


def table(labels: Sequence[object]) -> dict[str, bytes | str]:
    paths = [f"im/{number}.jpg" for number in range(len(labels))]
    return {**photos(*paths), "l.csv": "image,label\n" + "".join(f"{path},{label}\n" for path, label in zip(paths, labels, strict=True))}


def shard(labels: Sequence[object]) -> dict[str, bytes | str]:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for number, label in enumerate(labels):
            for name, content in ((f"{number}.jpg", photo(number)), (f"{number}.cls", str(label).encode())):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    return {"a-000000.tar": buffer.getvalue()}


def parquet(labels: Sequence[object]) -> dict[str, bytes | str]:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"image": [{"bytes": photo(number), "path": ""} for number in range(len(labels))], "label": list(labels)}), buffer)
    return {"a.parquet": buffer.getvalue()}


def folders(labels: Sequence[object]) -> dict[str, bytes | str]:
    return {**photos(*[f"{label}/{number}.jpg" for number, label in enumerate(labels)])}


def told(contents: dict[str, bytes | str], classes: int | None, written: Callable[..., Path]) -> list[tuple[str, int]]:
    report = check(written(contents), expected=Expected(classes=classes), looking=Looking(quick=True, cache=False))
    return [(each.headline, each.count) for each in report.findings if each.name == "label-out-of-range"]


@pytest.mark.parametrize("form", [table, shard, parquet])
@pytest.mark.parametrize(("first", "classes", "count"), [(1, 4, 10), (0, 4, 0), (1, 5, 0), (0, 3, 10), (1, None, 0), (0, 1, 0)])
def test_numbers_beside_the_outputs(form: Callable[..., dict[str, bytes | str]], first: int, classes: int | None, count: int, written: Callable[..., Path]) -> None:
    found = told(form([first + number % 4 for number in range(COUNT)]), classes, written)
    assert found == [(f"label {first + 3} is none of the classes 0 to {(classes or 0) - 1}", count)] * bool(count)


def test_folders_are_numbered_by_their_order(written: Callable[..., Path]) -> None:
    assert told(folders([1 + number % 4 for number in range(COUNT)]), 4, written) == []


@pytest.mark.parametrize("form", [table, shard])
@pytest.mark.parametrize(("odd", "count"), [((-3,), 1), ((-1,), 0), ((-100,), 0), ((-3, -4), 0), ((-3,) * 5, 0)])
def test_a_negative_number_among_classes(form: Callable[..., dict[str, bytes | str]], odd: Sequence[int], count: int, written: Callable[..., Path]) -> None:
    found = told(form([*odd, *(number % 4 for number in range(COUNT - len(odd)))]), None, written)
    assert found == [("label -3 is none of the classes 0 to 3", 1)] * count


def test_words_are_no_numbers(written: Callable[..., Path]) -> None:
    assert told(table(["c1", "c2", "c9", "7"] * 10), 4, written) == []
