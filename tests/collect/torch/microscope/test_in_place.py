"""A step that is repeated in place, where nothing can be forked: the run goes on as if it had not been, and never waits for itself."""

import sys
import threading
from textwrap import dedent

import pytest
from tests.collect.torch.microscope.conftest import BEGIN

from stepscope.collect.torch.microscope.repeating.kept import kept

DATA = """
    import numpy, queue, sys, threading
    x = torch.rand(48, 3); x[21, 0] = -1.0
    net, other = nn.Linear(2, 1), nn.Linear(2, 1)
    optimizer = torch.optim.SGD([*net.parameters(), *other.parameters()], 0.1)
    def loss_of(a): return (net(a[:, 1:]) * a[:, :1].log()).mean() + other(a[:, 1:]).square().mean()
    def update(a):
        loss = loss_of(a)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""
KEPT = """
    class Trainer:
        def __init__(self): self.step, self.seen, self.counts = 0, [], numpy.zeros(2)
        def train(self, a):
            self.step += 1; self.seen.append(self.step); self.counts[0] += 1
            optimizer.param_groups[0]["lr"] = 0.1 / self.step
            print("step", self.step)
            with open("log.txt", "a") as log: log.write(f"{self.step}\\n")
            loss = loss_of(a)
            optimizer.zero_grad(); loss.backward(); optimizer.step()
    trainer = Trainer()
    for (a,) in DataLoader(TensorDataset(x), 8): trainer.train(a)
    told = trainer.seen, trainer.counts.tolist(), open("log.txt").read()
"""
QUEUE = """
    batches, told = queue.Queue(), []
    for a in x.split(8): batches.put(a)
    while not batches.empty():
        a = batches.get()
        told.append(a.sum().item())
        update(a)
"""
GENERATOR = """
    def draw():
        yield from x.split(8)
    drawn, told = draw(), []
    for _ in range(6):
        a = next(drawn)
        told.append(a.sum().item())
        loss = loss_of(a)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""
LOCKED = """
    lock, told = threading.Lock(), []
    for (a,) in DataLoader(TensorDataset(x), 8):
        with lock:
            loss = loss_of(a)
            optimizer.zero_grad(); loss.backward(); optimizer.step()
        told.append(lock.locked())
"""
WAITING = """
    turn, told = threading.Semaphore(6), []
    for (a,) in DataLoader(TensorDataset(x), 8):
        turn.acquire()
        for _ in range(1 + 5 * bool((a < 0).any())):
            told.append(1)
        if (a < 0).any():
            while turn.acquire(blocking=False): pass
        loss = loss_of(a)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        if (a < 0).any(): turn.release(4)
"""



@pytest.mark.parametrize("loop", [KEPT, QUEUE, GENERATOR, LOCKED, WAITING], ids=["objects", "a queue", "a generator", "a lock", "a semaphore"])
def test_the_run_goes_on_as_if_the_step_had_not_been_repeated(diagnosed, monkeypatch, tmp_path, capsys, loop):
    monkeypatch.setenv("STEPSCOPE_NO_FORK", "1")
    outcomes = []
    for name, source in (("bare", loop), ("guarded", loop)):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        names = {}
        report = None
        if name == "bare":
            exec(compile(dedent(BEGIN) + dedent(DATA) + dedent(source), "bare", "exec"), names)
        else:
            report, names, _ = diagnosed(DATA + source)
        outcomes.append((names["told"], names["other"].weight.tolist(), names["optimizer"].param_groups[0]["lr"], capsys.readouterr().out))

    assert report.findings[0].code.startswith("NUM")
    assert outcomes[0] == outcomes[1]
    assert threading.active_count() == 1


def test_where_a_lock_is_held_the_loss_is_told_by_its_line_and_not_as_what_came_before_it(diagnosed, monkeypatch):
    monkeypatch.setenv("STEPSCOPE_NO_FORK", "1")
    report, _, lines = diagnosed(DATA + LOCKED)

    found = report.findings[0]
    assert found.headline == "the loss is NaN; where it began could not be seen"
    assert lines[found.place.line - 1].strip() == "loss = loss_of(a)"
    assert found.seen["repeated"] == "the step holds a lock, which it would wait for again"


class Ahead:
    def __init__(self):
        self.count, self.next, self.seen = 0, "first", []


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside another thread"])
def test_what_another_thread_may_have_handed_over_is_not_taken_back(monkeypatch, beside):
    ahead = Ahead()
    monkeypatch.setattr(threading, "active_count", lambda: 1 + beside)
    with kept([(sys._getframe(), 0, 0)]):
        ahead.count, ahead.next = 1, "second"
        ahead.seen.append(1)

    assert (ahead.count, ahead.next, ahead.seen) == ((0, "second", [1]) if beside else (0, "first", []))
