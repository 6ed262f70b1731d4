"""What a repeated step writes to shared memory is seen by nobody else; nor is what native code of its would write to files."""

import ast
import ctypes
import multiprocessing
import os
import signal
import subprocess
import time

import pytest
import torch
from tests.collect.torch.microscope.test_isolation import isolated

from stepscope.collect.torch.forked import own_memory
from stepscope.collect.torch.forked.fork import ask
from stepscope.collect.torch.forked.isolation import isolate
from stepscope.collect.torch.forked.sealed import seal
from stepscope.collect.torch.loading.files import in_child, say


def test_a_shared_counter_is_not_moved():
    counter, hits = multiprocessing.Value("i", 3), torch.full((70_000,), 3.0).share_memory_()

    def step():
        counter.value += 1
        hits.add_(1)
        assert (counter.value, hits[-1].item()) == (4, 4.0)

    assert isolated(step) == b"done"
    assert (counter.value, hits[-1].item()) == (3, 3.0)


def test_running_averages_of_a_shared_model_are_moved_once():
    model = torch.nn.BatchNorm1d(2).share_memory()

    assert isolated(lambda: model(torch.rand(4, 2))) == b"done"
    assert (model.num_batches_tracked.item(), model.running_mean.tolist()) == (0, [0.0, 0.0])


def test_a_file_that_is_mapped_is_not_written(tmp_path):
    import numpy

    numpy.zeros(4).tofile(tmp_path / "counts.bin")
    counts = numpy.memmap(tmp_path / "counts.bin", mode="r+", dtype="float64")
    counts[0] = 1

    def step():
        counts[0] += 1
        assert counts[0] == 2
        counts.flush()

    assert isolated(step) == b"done"
    assert numpy.fromfile(tmp_path / "counts.bin")[0] == counts[0] == 1


def test_a_lock_is_free_after_a_child_that_was_ended_while_it_held_it():
    lock = multiprocessing.Lock()

    assert isolated(lambda: lock.acquire() and os._exit(1)) is None
    assert lock.acquire(timeout=5)


def test_what_is_too_large_to_be_copied_can_be_read_and_not_written(monkeypatch):
    hits = torch.full((70_000,), 3.0).share_memory_()
    monkeypatch.setattr(own_memory, "MOST", 0)

    assert isolated(lambda: hits.sum().item() == 210_000 or 1 / 0) == b"done"
    assert isolated(lambda: hits.add_(1)) is None
    assert hits[0].item() == 3.0


def test_native_code_opens_no_file_for_writing(tmp_path):
    (tmp_path / "log.bin").write_bytes(b"kept")

    def question(keep):
        is_sealed = seal()
        isolate(keep)
        system = ctypes.CDLL(None)
        ways = [os.O_WRONLY, os.O_RDWR | os.O_TRUNC, os.O_WRONLY | os.O_CREAT, os.O_RDONLY | os.O_TRUNC]
        opened = [system.open(bytes(tmp_path / name), way, 0o600) >= 0 for name in ("log.bin", "new.bin") for way in ways]
        return repr((is_sealed, any(opened), system.open(b"/dev/null", os.O_WRONLY) >= 0)).encode()

    is_sealed, opened, null = ast.literal_eval(ask(question, 10).decode())
    assert null
    assert opened is not is_sealed  # a kernel without Landlock (before Linux 5.13) holds nothing back
    assert not is_sealed or (os.listdir(tmp_path), (tmp_path / "log.bin").read_bytes()) == (["log.bin"], b"kept")


def test_a_file_that_is_read_and_written_is_a_copy_in_the_child(tmp_path):
    (tmp_path / "table.bin").write_bytes(b"one two three")
    with open(tmp_path / "table.bin", "r+b", buffering=0) as table:
        assert table.read(4) == b"one "

        def step():
            assert table.read(4) == b"two "
            table.write(b"THREE")
            table.seek(0)
            assert table.read() == b"one two THREE"

        assert isolated(step) == b"done"
        assert table.read() == b"two three"


class Logged:
    """Each sample is written down, and counted, when it is asked for."""

    def __init__(self, path):
        self.path, self.count = path, multiprocessing.Value("i", 0)

    def __getitem__(self, index):
        with open(self.path, "a") as file:
            file.write(f"{index}\n")
        self.count.value += 1
        return index


def test_a_data_set_that_is_asked_again_leaves_no_trace(tmp_path):
    dataset = Logged(tmp_path / "asked.txt")

    assert in_child([4, 5], lambda index, send: say(send, index, dataset[index])) == {4: 4, 5: 5}
    assert (dataset.count.value, os.listdir(tmp_path)) == (0, [])


@pytest.fixture
def deaths():
    """The deaths of children that the program's own handler hears of."""
    heard = []
    before = signal.signal(signal.SIGCHLD, lambda *_: heard.append(1))
    yield heard
    signal.signal(signal.SIGCHLD, before)


def test_a_handler_of_the_programs_own_does_not_hear_of_our_child(deaths):
    assert ask(lambda _: b"answer", 10) == b"answer"
    assert deaths == []

    subprocess.run(["true"], check=True)
    assert deaths == [1]


def test_a_child_of_the_programs_own_that_ends_meanwhile_is_heard_of(deaths):
    own = subprocess.Popen(["sleep", "0.2"])

    assert ask(lambda _: time.sleep(1) or b"late", 10) == b"late"
    assert deaths == [1]
    own.wait()


def test_complex_weights_are_looked_at_and_without_a_warning(findings):
    found, _, ended = findings("""
    weight = nn.Parameter(torch.randn(3, dtype=torch.cfloat)); optimizer = torch.optim.Adam([weight])
    for step in range(6):
        scale = torch.tensor(float(step != 3))
        optimizer.zero_grad(); loss = (weight.abs() / scale).sum().log(); loss.backward(); optimizer.step()
    """)

    assert found[0]["name"].startswith("non-finite")
    assert "Casting complex" not in ended.stderr
