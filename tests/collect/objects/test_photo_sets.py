"""Data sets, loaders and arrays as people write them: what is sound is passed over, what is not is named with its mistake."""

import subprocess
import sys
from pathlib import Path

import pytest

import stepscope
from stepscope.checking import Looking
from stepscope.evidence import Expected

SETS = Path(__file__).parent / "photo_sets.py"


def checked(name, **expected):
    return stepscope.check(f"{SETS}:{name}", expected=Expected(**expected), looking=Looking(workers=1))


def found(name, **expected):
    """The slugs, with the sample that each finding names first."""
    return {finding.name: finding.place.samples[0].index if finding.place.samples else None for finding in checked(name, **expected).findings}


@pytest.mark.parametrize("name", ["once", "shared", "seeded", "left_out", "centres", "yolo", "signs", "alike", "dark", "spiked"])
def test_what_is_sound_is_passed_over(name):
    report = checked(f"sound.{name}")
    assert [finding.headline for finding in report.findings] == []
    assert report.notes == ()


@pytest.mark.parametrize(
    ("name", "slug", "index"),
    [
        ("twice", "normalisation-wrong", 0), ("doubles", "dtype-mismatch", 26), ("stored", "data-mutated", 0),
        ("unsharded", "duplicate-sample", None), ("own", "worker-seed", None), ("weights", "generator-exception", None),
        ("too_few", "empty-dataset", None), ("sentences", "collate-inconsistent-shapes", None), ("told", "generator-exhausted", None),
        ("written", "box-reversed", 9), ("counted", "target-shape-mismatch", 5), ("mask_sizes", "target-shape-mismatch", 20), ("quits", "generator-exception", 10),
        ("raw_one", "normalisation-wrong", 26), ("divided_one", "normalisation-wrong", 26), ("masks", "label-out-of-range", 19), ("below", "label-out-of-range", 30), ("floats", "label-dtype", 0),
    ],
)  # fmt: skip
def test_each_mistake_is_named_alone(name, slug, index):
    assert found(f"broken.{name}") == {slug: index}


def test_what_putting_samples_together_raises_is_told_with_its_line():
    finding, = checked("broken.stacked").findings  # fmt: skip
    assert finding.place.code == "return torch.stack([image for image, _ in samples]).reshape(10, -1)"
    assert finding.stage.value == "collate"


def test_a_stream_that_draws_from_the_same_samples_is_left_and_holds_no_copies():
    report = checked("again")
    assert report.findings == ()
    assert any("gave nothing new" in note for note in report.notes)


def test_several_data_sets_are_splits():
    report = checked("splits")
    assert (report.findings, report.overview.splits) == ((), {"train": 40, "val": 8})


def test_samples_that_stand_in_two_splits_are_named():
    leak, = (each for each in checked("leaking").findings if each.name == "split-leak")  # fmt: skip
    assert (leak.headline, leak.count, leak.place.samples[0].index) == ("part 0 and part 1 hold the same image", 2, 0)


@pytest.mark.parametrize(("name", "slug"), [("apart", "preprocessing-differs"), ("renumbered", "class-name-mismatch")])
def test_splits_that_are_prepared_or_numbered_otherwise_are_told(name, slug):
    assert list(found(name)) == [slug]


@pytest.mark.parametrize(("name", "images"), [("both", 50), ("columns", 50)])
def test_arrays_are_samples(name, images):
    report = checked(name)
    assert (report.findings, report.overview.images) == ((), images)


@pytest.mark.parametrize(
    ("name", "words"),
    [("lengthless", "its __len__ failed: TypeError: 'float' object"), ("uneven", "its arrays are of several lengths: 50 in [0], 49 in [1]"), ("Photos.__dict__", "none of which is a data set")],
)
def test_what_cannot_be_drawn_from_is_said_so(name, words):
    ran = subprocess.run([sys.executable, "-m", "stepscope", "check", f"{SETS}:{name}"], capture_output=True, text=True, timeout=120)
    assert (ran.returncode, "Traceback" in ran.stderr) == (2, False)
    assert words in ran.stderr
