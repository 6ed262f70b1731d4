"""Data sets in Python, checked by their name: every sample is drawn."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.photos import jpeg

import stepscope
from stepscope.checking import Looking
from stepscope.collect.objects.named import is_object
from stepscope.evidence import Expected

HERE = Path(__file__).parent
SETS = HERE / "torch_sets.py"


def checked(name, **expected):
    return stepscope.check(f"{SETS}:{name}", expected=Expected(**expected), looking=Looking(workers=1))


def found(name, **expected):
    """The slugs, with the sample that each finding names first."""
    return {finding.name: finding.place.samples[0].index if finding.place.samples else None for finding in checked(name, **expected).findings}


@pytest.mark.parametrize("name", ["digits", "make", "make()", "Digits", "loader", "tensors", "pixels", "standardised", "masks", "texts"])
def test_a_sound_data_set_is_passed_over_in_silence(name):
    report = checked(name)
    assert [finding.headline for finding in report.findings] == []
    assert report.overview.images >= 20


def test_each_spoiled_sample_is_named_with_its_mistake():
    assert found("spoiled", classes=10) == {
        "generator-exception": 30, "missing-file": 80, "label-out-of-range": 20, "non-finite-input": 12, "label-dtype": 90, "conflicting-labels": 111,
        "channel-mismatch": 40, "blank-image": 70, "normalisation-wrong": 60, "collate-inconsistent-shapes": 100,
    }  # fmt: skip


def test_an_exception_is_told_once_with_all_its_samples_and_the_users_line():
    finding = next(each for each in checked("spoiled").findings if each.name == "generator-exception")
    assert finding.count == 2
    assert [place.samples[0].index for place in (finding.place, *finding.places)] == [30, 31]
    assert finding.place.code == 'raise ValueError(f"the scan {index} was never finished")'
    assert finding.seen["samples"] == "2 of 300"


def test_a_sample_that_kills_its_process_costs_that_sample():
    report = checked("killer")
    assert [(each.name, each.place.samples[0].index) for each in report.findings] == [("generator-exception", 50)]
    assert "SIGKILL" in report.findings[0].headline
    assert report.overview.images == 299


def test_a_stream_is_drawn_until_it_breaks_off():
    report = checked("stream")
    assert [(each.headline, each.place.samples[0].index) for each in report.findings] == [("RuntimeError while a sample was loaded: the feed broke off", 41)]
    assert report.overview.images == 41


def test_boxes_of_a_target_are_checked_against_their_image():
    assert found("boxed") == {"box-out-of-image": 8, "box-reversed": 7}


@pytest.mark.parametrize(("name", "slug"), [("channels_last", "channel-order"), ("divided_twice", "normalisation-wrong")])
def test_what_all_samples_have_in_common_is_seen_too(name, slug):
    assert list(found(name)) == [slug]


def test_the_file_of_a_sample_is_named(tmp_path, monkeypatch):
    (tmp_path / "scans").mkdir()
    for number, name in enumerate(("astronaut", "chelsea", "coffee", "rocket", "camera")):
        (tmp_path / "scans" / f"{number}.jpg").write_bytes(jpeg(name)[: 9000 if number == 3 else None])
    monkeypatch.chdir(tmp_path)
    finding, = checked("Files").findings  # fmt: skip
    assert (finding.name, finding.place.samples[0].index, finding.place.samples[0].file) == ("truncated-image", 3, os.path.join("scans", "3.jpg"))


def test_any_number_of_processes_gives_the_same_report():
    reports = [stepscope.check(f"{SETS}:spoiled", looking=Looking(workers=workers)) for workers in (1, 3)]
    assert [(each.name, each.place, each.places) for each in reports[0].findings] == [(each.name, each.place, each.places) for each in reports[1].findings]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nothing.py:here", "there is no file nothing.py"),
        (f"{SETS}:nobody", "has no nobody, but"),
        ("no_such_module:here", "ModuleNotFoundError: No module named 'no_such_module'"),
        (f"{SETS}:LABELS.append", "TypeError"),
        (f"{SETS}:os", "it is no data set"),
    ],
)
def test_what_is_no_data_set_is_said_so(text, words):
    ran = subprocess.run([sys.executable, "-m", "stepscope", "check", text], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 2
    assert words in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_import_that_raises_is_told_with_its_line(tmp_path):
    (tmp_path / "broken.py").write_text("rows = []\nfirst = rows[0]\n")
    ran = subprocess.run([sys.executable, "-m", "stepscope", "check", "broken:rows"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 2
    assert 'IndexError: list index out of range (broken.py:2); what is not to run when it is imported belongs below `if __name__ == "__main__":`' in ran.stderr


def test_a_script_that_trains_when_it_is_imported_is_told_in_the_words_of_its_worker(tmp_path):
    (tmp_path / "train.py").write_text(
        "import torch\nrows = [torch.zeros(3), torch.zeros(4)]\nfor batch in torch.utils.data.DataLoader(rows, 2, num_workers=1):\n    pass\n"
    )
    ran = subprocess.run([sys.executable, "-m", "stepscope", "check", "train.py:rows"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 2
    assert "train.py could not be imported: RuntimeError: " in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_the_report_of_a_data_set_in_python_keeps_the_published_form(tmp_path):
    out = tmp_path / "report.json"
    ran = subprocess.run([sys.executable, "-m", "stepscope", "check", f"{SETS}:boxed", "--output", str(out)], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 1
    first = json.loads(out.read_text())["findings"][0]
    assert (first["name"], first["place"]["samples"], first["stage"]) == ("box-out-of-image", [{"index": 8, "row": None, "file": None}], "data")


def test_a_repair_of_a_data_set_in_python_is_refused():
    ran = subprocess.run([sys.executable, "-m", "stepscope", "check", f"{SETS}:boxed", "--fix-in-place"], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 2
    assert "give the folder" in ran.stderr


def test_paths_and_urls_are_not_taken_for_objects(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("data:one").mkdir()
    assert not any(map(is_object, ["data:one", "s3://bucket/data", "data", "data/one.json", "data/a b:c", ":x", "x:"]))
    assert is_object("train.py:dataset")
    assert is_object("pkg.data:make_train()")
