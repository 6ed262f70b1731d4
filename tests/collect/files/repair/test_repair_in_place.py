"""Repairs in place, and the way back."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.collect.files.repair.sets import bytes_in, folders, mended, photo, snapshot, yolo

from stepscope.collect.files.repair.in_place import recovered
from stepscope.collect.files.repair.journal import journals
from stepscope.collect.files.repair.plan import RepairFailed, Wanted
from stepscope.repairing import repair, undo

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no kill -9 here")
MANY = Wanted(truncated=True)


def in_place(root, wanted=MANY):
    return repair(root, wanted, None).told


def without_journal(files):
    return {name: content for name, content in files.items() if not name.startswith(".")}


def test_in_place_gives_what_a_copy_gives(tmp_path):
    root = folders(tmp_path / "data")
    copy, told = mended(root, MANY)

    assert in_place(root) == told
    assert without_journal(bytes_in(root)) == without_journal(bytes_in(copy))


@pytest.mark.parametrize("made", [folders, lambda root: yolo(root, "0 0.95 0.5 0.3 0.2\n")])
def test_undo_gives_back_names_bytes_and_times(tmp_path, made):
    root = made(tmp_path / "data")
    before = snapshot(root)
    in_place(root)
    assert snapshot(root) != before
    undo(root)

    assert snapshot(root) == before


def test_two_repairs_are_taken_back_one_after_the_other(tmp_path):
    root = yolo(tmp_path / "data", "0 0.95 0.5 0.3 0.2\n")
    before = snapshot(root)
    in_place(root)
    between = without_journal(snapshot(root))
    in_place(root, Wanted(renumber={0: 1, 1: 0}))
    undo(root)
    assert without_journal(snapshot(root)) == between
    undo(root)

    assert snapshot(root) == before


def test_what_was_edited_after_the_repair_is_not_lost(tmp_path):
    root = yolo(tmp_path / "data", "0 0.95 0.5 0.3 0.2\n")
    label = root / "labels/train/00.txt"
    in_place(root)
    label.write_text("0 0.1 0.1 0.1 0.1\n")
    told = undo(root)

    assert label.read_text() == "0 0.95 0.5 0.3 0.2\n"
    assert (root / ".stepscope/edited/journal-0001/labels/train/00.txt").read_text() == "0 0.1 0.1 0.1 0.1\n"
    assert any("changed after the repair" in line for line in told)


def test_there_is_nothing_to_undo_at_first(tmp_path):
    with pytest.raises(RepairFailed):
        undo(folders(tmp_path / "data"))


def test_what_stops_a_repair_takes_it_back(tmp_path, monkeypatch):
    root = folders(tmp_path / "data")
    before, left = snapshot(root), iter(range(20))

    def full(handle):
        if next(left, None) is None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        in_place(root)

    assert snapshot(root) == before


def test_nothing_outside_of_the_data_set_is_written(tmp_path):
    root = folders(tmp_path / "data")
    elsewhere = photo(tmp_path / "elsewhere/grey.jpg", "camera", "L")
    (root / "train/c").symlink_to(elsewhere.parent)
    (root / "train/a/linked.jpg").symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    in_place(root)

    assert elsewhere.read_bytes() == before
    undo(root)
    assert (root / "train/a/linked.jpg").is_symlink()
    assert elsewhere.read_bytes() == before


def test_nothing_to_repair_leaves_no_journal(tmp_path):
    root = yolo(tmp_path / "data")
    before = snapshot(root)
    in_place(root)

    assert snapshot(root) == before


@needs_fork
def test_a_kill_at_any_operation_loses_nothing(tmp_path):
    root = folders(tmp_path / "data")
    program = Path(__file__).with_name("crashing.py")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[4]), os.environ.get("PYTHONPATH", "")])}
    ended = subprocess.run([sys.executable, program, root, tmp_path / "copy"], capture_output=True, text=True, timeout=300, env=environment)

    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["repaired"][1] == told["undone"][1] == []
    assert told["repaired"][0] > 40
    assert told["undone"][0] > 20


@needs_fork
def test_a_repair_that_was_killed_is_taken_back_and_done_again(tmp_path):
    root = folders(tmp_path / "data")
    before, whole = snapshot(root), without_journal(bytes_in(mended(root)[0]))
    command = [sys.executable, "-m", "stepscope", "check", str(root), "--fix-in-place", "--quiet"]
    running = subprocess.Popen(command)
    while not list(root.glob(".stepscope/journal-*/kept-*")) and running.poll() is None:
        time.sleep(0.0005)
    running.send_signal(signal.SIGKILL)
    running.wait()

    if all(journal.is_done for journal in journals(root)):
        undo(root)
    else:
        assert recovered(root)
    assert snapshot(root) == before
    subprocess.run(command, check=False)
    assert without_journal(bytes_in(root)) == whole
