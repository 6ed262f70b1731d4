"""Repaired copies, and the options of the command."""

import json
import signal
import subprocess
import sys
import time

import pytest
from tests.collect.files.repair.sets import bytes_in, folders, mended, snapshot, yolo

from stepscope.collect.files.repair.plan import RepairFailed, Wanted
from stepscope.repairing import repair


def command(*arguments):
    return subprocess.run([sys.executable, "-m", "stepscope", "check", *map(str, arguments)], capture_output=True, text=True, timeout=120)


def test_the_original_is_not_touched(tmp_path):
    root = folders(tmp_path / "data")
    before = snapshot(root)
    mended(root)

    assert snapshot(root) == before


def test_a_label_file_of_the_copy_is_another_file(tmp_path):
    root = yolo(tmp_path / "data")
    copy, _ = mended(root)
    (copy / "labels/train/03.txt").write_text("edited")

    assert (root / "labels/train/03.txt").read_text() == "0 0.5 0.5 0.2 0.2\n"


def test_a_repair_in_place_of_a_copy_leaves_the_original(tmp_path):
    root = folders(tmp_path / "data")
    before = snapshot(root)
    copy, _ = mended(root)
    told = repair(copy, Wanted(truncated=True), None).told

    assert "repaired: 1 image encoded again from what could be decoded" in told
    assert {name: content for name, (_, _, content) in before.items()} == bytes_in(root)


def test_a_whole_path_that_still_means_the_original_is_told(tmp_path):
    root = yolo(tmp_path / "data")
    (root / "data.yaml").write_text(f"path: {root}\ntrain: images/train\nnames: [a, b, c]\n")

    assert any(line.startswith("data.yaml names") for line in mended(root)[1])


def test_a_folder_that_holds_something_is_not_written_into(tmp_path):
    root = folders(tmp_path / "data")
    mended(root)

    with pytest.raises(RepairFailed):
        mended(root)


def test_what_a_crash_left_of_a_copy_is_begun_anew(tmp_path):
    root = folders(tmp_path / "data")
    (tmp_path / ".data-mended.stepscope-unfinished").mkdir()
    (tmp_path / ".data-mended.stepscope-unfinished/half").write_text("x")
    copy, _ = mended(root)

    assert "half" not in bytes_in(copy)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 here")
def test_a_copy_that_was_killed_leaves_the_original_and_is_made_anew(tmp_path):
    root = folders(tmp_path / "data")
    before = snapshot(root)
    arguments = [sys.executable, "-m", "stepscope", "check", str(root), "--fix", str(tmp_path / "mended"), "--quiet"]
    running = subprocess.Popen(arguments)
    while not (tmp_path / ".mended.stepscope-unfinished/train").exists() and running.poll() is None:
        time.sleep(0.0005)
    running.send_signal(signal.SIGKILL)
    running.wait()

    assert snapshot(root) == before
    if not (tmp_path / "mended").exists():
        subprocess.run(arguments, check=False)
    assert bytes_in(tmp_path / "mended") == bytes_in(mended(root)[0])


def test_an_unfinished_repair_is_told_and_not_copied(tmp_path):
    root = yolo(tmp_path / "data", "0 0.95 0.5 0.3 0.2\n")
    repair(root, Wanted(), None)
    (root / ".stepscope/journal-0001/done").unlink()

    assert "has not come to its end" in command(root).stdout
    assert command(root, "--fix", tmp_path / "mended").returncode == 2
    assert "taken back" in command(root, "--fix-in-place").stdout


def test_a_copy_within_the_data_set_is_refused(tmp_path):
    root = folders(tmp_path / "data")
    before = snapshot(root)

    assert command(root, "--fix", root / "mended").returncode == 2
    assert snapshot(root) == before


def test_the_command_tells_what_it_did(tmp_path):
    root = yolo(tmp_path / "data", "0 0.95 0.5 0.3 0.2\n")
    ended = command(root, "--fix", tmp_path / "mended", "--format", "json")

    assert "repaired: 1 box clipped to the image" in json.loads(ended.stdout)["notes"]
    assert (tmp_path / "mended/labels/train/00.txt").read_text() == "0 0.900000 0.500000 0.200000 0.200000\n"


def test_the_command_takes_back_what_it_did(tmp_path):
    root = yolo(tmp_path / "data", "0 0.95 0.5 0.3 0.2\n")
    before = snapshot(root)

    assert "clipped" in command(root, "--fix-in-place", "--renumber", "0:2,2:0").stdout
    assert "taken back" in command(root, "--undo").stdout
    assert snapshot(root) == before


@pytest.mark.parametrize("options", [("--fix-truncated",), ("--renumber", "1:0"), ("--fix-in-place", "--undo"), ("--fix-in-place", "--quick"), ("--fix-in-place", "--renumber", "x")])
def test_options_that_do_not_go_together_change_nothing(tmp_path, options):
    root = yolo(tmp_path / "data", "0 0.95 0.5 0.3 0.2\n")
    before = snapshot(root)

    assert command(root, *options).returncode == 2
    assert snapshot(root) == before


def test_without_an_option_nothing_is_written(tmp_path):
    root = folders(tmp_path / "data")
    before = snapshot(root)
    command(root)

    assert snapshot(root) == before
