"""What a forked child may not do."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from stepscope.collect.torch.forked.fork import ask
from stepscope.collect.torch.forked.isolation import isolate


def isolated(deed):
    """What a deed comes to in an isolated child: "done", or the name of what it raised."""

    def question(keep):
        isolate(keep)
        try:
            deed()
        except BaseException as problem:
            return type(problem).__name__.encode()
        return b"done"

    return ask(question, 10)


@pytest.mark.parametrize(
    ("deed", "comes_to"),
    [
        (lambda path: (path / "new.txt").write_text("x"), b"done"),
        (lambda path: (path / "log.txt").open("a").write("x"), b"done"),
        (lambda path: (path / "deep").mkdir(), b"done"),
        (lambda path: os.remove(path / "log.txt"), b"done"),
        (lambda path: os.rename(path / "log.txt", path / "other.txt"), b"done"),
        (lambda path: torch.save({}, path / "state.pt"), None),
        (lambda _: subprocess.run(["true"], check=False), b"NotHere"),
        (lambda _: socket.create_connection(("127.0.0.1", 9), 1), b"NotHere"),
        (lambda _: os.kill(os.getppid(), 0), b"NotHere"),
    ],
    ids=["write", "append", "folder", "remove", "rename", "save", "process", "socket", "kill"],
)
def test_the_world_is_left_as_it_is(tmp_path, deed, comes_to):
    (tmp_path / "log.txt").write_text("kept")

    assert isolated(lambda: deed(tmp_path)) == comes_to or comes_to is None
    assert [path.name for path in tmp_path.iterdir()] == ["log.txt"]
    assert (tmp_path / "log.txt").read_text() == "kept"


def test_files_that_are_open_get_nothing_written(tmp_path):
    with open(tmp_path / "log.txt", "w", buffering=1) as log:
        log.write("before\n")
        assert isolated(lambda: log.write("from the child\n")) == b"done"
        log.write("after\n")

    assert (tmp_path / "log.txt").read_text() == "before\nafter\n"


def test_a_file_that_is_read_keeps_its_place_in_the_parent(tmp_path):
    (tmp_path / "records.txt").write_text("one\ntwo\nthree\n")
    with open(tmp_path / "records.txt", "rb", buffering=0) as records:
        assert records.read(4) == b"one\n"
        assert isolated(lambda: records.read(4) == b"two\n" or 1 / 0) == b"done"
        assert records.read(4) == b"two\n"


def test_a_pipe_of_the_parents_is_not_drained():
    reading, writing = os.pipe()
    os.write(writing, b"for the parent")

    isolated(lambda: os.read(reading, 100))
    assert os.read(reading, 100) == b"for the parent"


def test_no_exit_handler_and_no_finally_of_the_parents_runs_in_the_child(tmp_path):
    try:
        isolated(lambda: None)
    finally:
        with open(tmp_path / "once.txt", "a") as file:
            file.write("x")
    assert (tmp_path / "once.txt").read_text() == "x"


def test_a_child_that_takes_too_long_is_ended():
    began = time.monotonic()

    assert ask(lambda keep: time.sleep(60) or b"late", 0.5) is None
    assert time.monotonic() - began < 10


def test_a_child_that_dies_gives_no_answer():
    assert ask(lambda keep: os._exit(3), 10) is None


def test_a_childs_own_event_loop_wakes_itself():
    async def waits():
        return await asyncio.to_thread(time.sleep, 0.1)

    assert isolated(lambda: asyncio.run(waits())) == b"done"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_child_ends_with_a_parent_that_is_killed(tmp_path):
    source = f"""
import os, time
from pathlib import Path
from stepscope.collect.torch.forked.fork import ask
from stepscope.collect.torch.forked.isolation import isolate
def question(keep):
    Path({str(tmp_path / "child")!r}).write_text(str(os.getpid()))
    isolate(keep)
    time.sleep(60)
ask(question, 60)
"""
    parent = subprocess.Popen([sys.executable, "-c", source])
    while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text():
        time.sleep(0.05)
    time.sleep(0.5)
    parent.kill()
    parent.wait()
    time.sleep(0.5)

    state = Path("/proc", (tmp_path / "child").read_text(), "stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"
