"""Images are inspected in processes: the same result in any number of them, and one that ends costs one file."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest
from tests.photos import NAMES, jpeg, png

from stepscope.checking import Looking
from stepscope.collect.files import inspecting, processes
from stepscope.collect.files.inspecting import inspect_all
from stepscope.collect.files.recognise import read_as
from stepscope.collect.files.tree import walk
from stepscope.evidence import State

CRASHING = "tests.collect.files.crashing:crashing"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("STEPSCOPE_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "data"
    (root / "a").mkdir(parents=True)
    for name in NAMES:
        (root / "a" / f"{name}.jpg").write_bytes(jpeg(name))
        (root / "a" / f"{name}.png").write_bytes(png(name))
    (root / "a" / "cut.jpg").write_bytes(jpeg()[:20000])
    return root


def looked_at(root, workers=1, cache=False, quick=False, **options):
    tree = walk(root)
    return inspect_all(read_as(tree, "folders"), tree, Looking(quick, workers, cache), lambda done, of: None, **options), tree


def states(images):
    return {path.rpartition("/")[2]: State(state) for path, state in zip(images.paths, images.facts["state"].tolist(), strict=False) if state}


@pytest.mark.parametrize("quick", [False, True])
def test_any_number_of_processes_sees_the_same(folder, monkeypatch, quick):
    monkeypatch.setattr(inspecting, "CHUNK", 4)
    (one, _), (three, _) = (looked_at(folder, workers, quick=quick) for workers in (1, 3))

    assert one.facts.tobytes() == three.facts.tobytes()
    assert dict(one.says) == dict(three.says)
    assert states(one) == {"cut.jpg": State.TRUNCATED}


@pytest.mark.parametrize("workers", [1, 2])
def test_an_image_that_crashes_its_decoder_costs_one_file(folder, monkeypatch, workers):
    (folder / "a" / "segfault.jpg").write_bytes(jpeg())
    (folder / "a" / "exit.jpg").write_bytes(jpeg())
    images, _ = looked_at(folder, workers, task=CRASHING)

    assert states(images) == {"cut.jpg": State.TRUNCATED, "segfault.jpg": State.CRASHED, "exit.jpg": State.CRASHED}
    assert "SIGSEGV" in images.says[images.paths.index("a/segfault.jpg")]


def test_an_image_that_keeps_its_decoder_busy_costs_one_file(folder, monkeypatch):
    monkeypatch.setattr(processes, "SECONDS", 2.0)
    (folder / "a" / "hang.jpg").write_bytes(jpeg())
    images, _ = looked_at(folder, task=CRASHING)

    assert states(images) == {"cut.jpg": State.TRUNCATED, "hang.jpg": State.SLOW}


def test_where_no_process_starts_this_one_does_the_work(folder, monkeypatch):
    monkeypatch.setenv("STEPSCOPE_TEST_STILLBORN", "1")
    images, tree = looked_at(folder, task=CRASHING)

    assert states(images) == {"cut.jpg": State.TRUNCATED}
    assert "in this process" in tree.notes[0]


def test_what_is_changed_between_walk_and_look_costs_one_file(folder):
    tree = walk(folder)
    reading = read_as(tree, "folders")
    os.unlink(folder / "a" / "page.jpg")
    os.mkfifo(folder / "a" / "page.jpg")
    os.unlink(folder / "a" / "coins.jpg")
    images = inspect_all(reading, tree, Looking(False, 1, False), lambda done, of: None)

    assert states(images) == {"cut.jpg": State.TRUNCATED, "page.jpg": State.EMPTY, "coins.jpg": State.UNREADABLE}


def test_a_second_run_decodes_nothing(folder, monkeypatch):
    first, _ = looked_at(folder, cache=True)
    monkeypatch.setattr(inspecting, "Pool", None)
    second, tree = looked_at(folder, cache=True)

    assert first.facts.tobytes() == second.facts.tobytes()
    assert dict(first.says) == dict(second.says)
    assert tree.notes == []


def test_only_changed_files_are_looked_at_again(folder):
    looked_at(folder, cache=True)
    (folder / "a" / "page.jpg").write_bytes(b"<html>")
    (folder / "a" / "new.jpg").write_bytes(jpeg()[:-2])
    os.unlink(folder / "a" / "coins.jpg")
    seen = []
    tree = walk(folder)
    images = inspect_all(read_as(tree, "folders"), tree, Looking(False, 1, True), lambda done, of: seen.append(done))

    assert seen[0] == len(images) - 2
    assert states(images) == {"cut.jpg": State.TRUNCATED, "new.jpg": State.NO_END, "page.jpg": State.NOT_AN_IMAGE}
    assert "HTML" in images.says[images.paths.index("a/page.jpg")]


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 nothing", None])
def test_a_broken_cache_is_left_alone_with_a_note(folder, tmp_path, damage):
    looked_at(folder, cache=True)
    (kept,) = (tmp_path / "cache").glob("*.npz")
    kept.write_bytes(kept.read_bytes()[:2000] if damage is None else damage)
    images, tree = looked_at(folder, cache=True)

    assert states(images) == {"cut.jpg": State.TRUNCATED}
    assert "was not used" in tree.notes[0]


def test_a_cache_of_another_version_is_not_used(folder, monkeypatch):
    looked_at(folder, cache=True)
    monkeypatch.setattr("stepscope.collect.files.cache.REVISION", 99)
    seen = []
    tree = walk(folder)
    inspect_all(read_as(tree, "folders"), tree, Looking(False, 1, True), lambda done, of: seen.append(done))

    assert seen[0] == 0


def test_where_nothing_can_be_kept_a_note_says_so(folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("STEPSCOPE_CACHE", str(tmp_path / "file"))
    images, tree = looked_at(folder, cache=True)

    assert states(images) == {"cut.jpg": State.TRUNCATED}
    assert "could not be kept" in tree.notes[0]


def test_names_that_are_not_utf8_are_looked_at_and_kept(folder):
    with open(os.fsencode(folder / "a") + b"/caf\xe9.jpg", "wb") as file:
        file.write(jpeg()[:-2])
    first, second = (looked_at(folder, cache=True)[0] for _ in range(2))

    assert states(first) == states(second) == {"caf\udce9.jpg": State.NO_END, "cut.jpg": State.TRUNCATED}


STOPPED = """
    import sys
    from pathlib import Path
    from stepscope.checking import Looking
    from stepscope.collect.files import inspecting
    from stepscope.collect.files.recognise import read_as
    from stepscope.collect.files.tree import walk

    inspecting.CHUNK = 2
    tree = walk(Path(sys.argv[1]))

    def progress(done, of):
        print(done, flush=True)

    inspecting.inspect_all(read_as(tree, "folders"), tree, Looking(False, 2, True), progress, task="tests.collect.files.crashing:crashing")
"""


def test_ctrl_c_ends_at_once_keeps_what_was_seen_and_leaves_no_process(folder, tmp_path):
    (folder / "a" / "zz-hang.jpg").write_bytes(jpeg())
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(STOPPED))
    started = subprocess.Popen([sys.executable, str(script), str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, start_new_session=True)
    while int(started.stdout.readline()) < 20:
        pass
    os.killpg(started.pid, signal.SIGINT)
    began = time.monotonic()
    _, error = started.communicate(timeout=20)

    assert "KeyboardInterrupt" in error
    assert time.monotonic() - began < 5
    with pytest.raises(ProcessLookupError):
        os.killpg(started.pid, 0)
    (kept,) = (tmp_path / "cache").glob("*.npz")
    with np.load(kept) as columns:
        assert len(columns["facts"]) >= 20
        assert json.loads(columns["says"].tobytes()) != {}
