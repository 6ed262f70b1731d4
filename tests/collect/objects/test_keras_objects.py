"""Data sets of Keras and tf.data, checked by their name."""

from pathlib import Path

import pytest

import stepscope
from stepscope.checking import Looking
from stepscope.evidence import Expected

SETS = Path(__file__).parent / "keras_sets.py"


def checked(name):
    return stepscope.check(f"{SETS}:{name}", expected=Expected(classes=10), looking=Looking(workers=1))


@pytest.mark.parametrize("name", ["batches", "sound", "in_batches", "repeated_batches"])
def test_a_sound_data_set_of_keras_is_passed_over_in_silence(name):
    report = checked(name)
    assert [finding.headline for finding in report.findings] == []
    assert report.overview.images == 96


def test_a_sample_of_a_batch_is_named_by_its_batch_and_row():
    findings = {each.name: each for each in checked("spoiled").findings}
    assert set(findings) == {"generator-exception", "label-out-of-range", "non-finite-input"}
    assert (findings["generator-exception"].place.step, findings["generator-exception"].place.code) == (5, 'raise OSError("the disk went away")')
    assert findings["label-out-of-range"].headline == "label 10 of spoiled[3][5] is none of the classes 0 to 9"
    assert findings["non-finite-input"].place.samples[0].row == 2


@pytest.mark.parametrize("name", ["generated", "repeated"])
def test_a_stream_is_read_once_also_where_it_repeats_itself(name):
    report = checked(name)
    assert [(each.name, each.place.samples[0].index) for each in report.findings] == [("label-out-of-range", 20)]
    assert report.overview.images == 96
    assert any("repeats itself from position 96" in note for note in report.notes) == (name == "repeated")


def test_an_error_of_tensorflow_is_told_for_all_its_samples():
    finding, = checked("unreadable").findings  # fmt: skip
    assert (finding.name, finding.count, Path(finding.place.file).name) == ("missing-file", 2, SETS.name)
    assert finding.headline.startswith("no_such_0.png")
