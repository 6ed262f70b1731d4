"""Loops that draw from what moves on: the statements after the draw are repeated, or the first variable that is not finite is told."""

import ast

import pytest
from tests.collect.torch.microscope.conftest import told

from stepscope.collect.torch.microscope.repeating.order import lost_in

NET = """
    import collections, queue, random
    net = nn.Linear(3, 1); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    def update(loss):
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    class Source:
        def __init__(self): self.count = 0
        def sample(self):
            self.count += 1
            return torch.rand(8, 3) + 0.1, 0.0 if self.count == BAD else 1.0
"""
LINE = "target = torch.log(torch.tensor(reward))"
LOOPS = {
    "an environment": """
    source = Source()
    for step in range(12):
        x, reward = source.sample()
        target = torch.log(torch.tensor(reward))
        loss = (net(x)[:, 0] - target).square().mean()
        update(loss)
    """,
    "a queue": """
    waiting, source = queue.Queue(), Source()
    for _ in range(12): waiting.put(source.sample())
    while not waiting.empty():
        x, reward = waiting.get()
        target = torch.log(torch.tensor(reward))
        update((net(x)[:, 0] - target).square().mean())
    """,
    "a replay buffer": """
    source = Source()
    buffer = collections.deque(source.sample() for _ in range(12))
    def train():
        while buffer:
            x, reward = buffer.popleft()
            with torch.no_grad():
                target = torch.log(torch.tensor(reward))
            loss = (net(x)[:, 0] - target).square().mean(); update(loss); buffer.reverse(); buffer.reverse()
    train()
    """,
    "an episode": """
    source = Source()
    for episode in range(12):
        values, rewards = [], []
        for _ in range(4):
            x, reward = source.sample()
            values.append(net(x).mean()); rewards.append(reward)
        reward = 1.0
        for one in rewards: reward = reward * one
        target = torch.log(torch.tensor(reward))
        loss = (torch.stack(values) - target).square().mean()
        update(loss)
    """,
}


@pytest.mark.parametrize("loop", LOOPS)
def test_what_comes_after_the_draw_is_repeated(reported, loop):
    found, line = reported(NET.replace("BAD", "7") + LOOPS[loop])

    assert (found["name"], line, found["place"]["samples"]) == ("non-finite-loss", LINE, [])
    assert found["seen"]["repeated"].startswith("the step came out bit for bit the same; from line ")


@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_that_draws_what_is_finite_is_left_in_peace(diagnosed, loop):
    report, _, _ = diagnosed(NET.replace("BAD", "None") + LOOPS[loop])

    assert report is None


@pytest.mark.parametrize("rewards", ["i % 3 + 1e-4", "10.0 ** (i % 5 - 4)"])
def test_losses_that_are_noisy_are_no_divergence(reported, rewards):
    found, line = reported(
        NET.replace("BAD", "None")
        + f"""
    rewards = iter([*({rewards} for i in range(40)), 0.0])
    for step in range(41):
        reward = next(rewards)
        target = torch.log(torch.tensor(reward))
        loss = (net(torch.rand(8, 3))[:, 0] - target).square().mean() * 1e-2
        update(loss)
    """
    )

    assert (found["name"], line) == ("non-finite-loss", LINE)


def test_where_nothing_can_be_repeated_the_first_variable_that_is_not_finite_is_told(reported):
    found, line = reported(
        NET.replace("BAD", "7")
        + """
    source, average = Source(), torch.zeros(())
    for step in range(12):
        x, reward = source.sample()
        average = 0.9 * average + 0.1 * torch.log(torch.tensor(reward))
        loss = (net(x)[:, 0] - average).square().mean()
        update(loss)
    """
    )

    assert (found["name"], line) == ("non-finite-loss", "average = 0.9 * average + 0.1 * torch.log(torch.tensor(reward))")
    assert found["confidence"] == "possible"
    assert "`average` before it" in found["headline"]


def test_a_generator_of_the_users_own_is_gone_through_anew(diagnosed):
    report, _, lines = diagnosed("""
    x = torch.randn(80, 6); x[43] = 0.0
    y = torch.arange(80) % 2
    def batches():
        for i in range(0, 80, 8):
            yield x[i:i + 8].clone(), y[i:i + 8]
    net = nn.Linear(6, 2); optimizer = torch.optim.SGD(net.parameters(), 0.1)
    for step, (a, b) in enumerate(batches()):
        a = a / a.norm(dim=1, keepdim=True)
        loss = nn.functional.cross_entropy(net(a), b)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """)

    assert told(report, lines)[1] == "a = a / a.norm(dim=1, keepdim=True)"
    assert report.findings[0].name == "normalisation-wrong"
    assert report.findings[0].seen["repeated"] == "the step came out bit for bit the same"


def test_a_lock_that_another_thread_holds_does_not_keep_the_training_waiting(reported):
    found, line = reported(
        NET.replace("BAD", "5")
        + """
    import threading, time
    source, lock, over = Source(), threading.Lock(), threading.Event()
    def hold():
        while not over.is_set():
            with lock: time.sleep(0.005)
    threading.Thread(target=hold, daemon=True).start()
    for step in range(8):
        x, reward = source.sample()
        with lock: pass
        target = torch.log(torch.tensor(reward))
        began = time.monotonic()
        update((net(x)[:, 0] - target).square().mean())
        assert time.monotonic() - began < 12
    over.set()
    """
    )

    assert (found["name"], line) == ("non-finite-loss", LINE)


@pytest.mark.parametrize(
    ("source", "lost"),
    [
        ("x = x.log()", {"x"}),
        ("x = draw()\nx = x.log()", set()),
        ("total += x", {"total"}),
        ("h, out = net(x, h)", {"h"}),
        ("rows = []\nfor r in given:\n    rows = [*rows, r]", set()),
        ("batch['x'] = batch['x'].log()", {"batch"}),
        ("y = [x for x in rows]\nx = y", set()),
        ("if (n := len(x)) > 1:\n    n = n + 1", set()),
        ("def f():\n    return x\nx = f()", {"x"}),
    ],
)
def test_what_statements_need_and_have_bound_anew_is_lost(source, lost):
    assert lost_in(ast.parse(source).body) == lost


def test_a_mask_is_not_the_first_variable_that_is_not_finite(reported):
    found, line = reported(
        NET.replace("BAD", "7")
        + """
    source, average = Source(), torch.zeros(())
    for step in range(12):
        best = float("inf")
        x, reward = source.sample()
        mask = torch.zeros(8).masked_fill(torch.arange(8) > 5, float("-inf"))
        average = 0.9 * average + 0.1 * torch.log(torch.tensor(reward)) * mask.softmax(0).sum()
        update((net(x)[:, 0] - average).square().mean())
    """
    )

    assert line.startswith("average = ")
    assert "`average` before it" in found["headline"]


def test_a_generator_that_is_slow_to_go_through_costs_no_diagnosis(reported):
    found, line = reported("""
    import time
    x = torch.rand(40, 6) + 0.1; x[33] = -1.0
    again = False
    def batches():
        if again: time.sleep(60)
        for i in range(0, 40, 8):
            yield i, x[i:i + 8].clone()
    net = nn.Linear(6, 1); optimizer = torch.optim.SGD(net.parameters(), 0.1)
    for i, a in batches():
        again = True
        a = a.log()
        loss = net(a).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """)

    assert line == "a = a.log()"
    assert found["confidence"] == "possible"
