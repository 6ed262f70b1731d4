"""Where short steps cost more than the budget affords they are noted briefly; whatever is not like those before is met, and named, in these too."""

import math
from textwrap import dedent

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

import stepscope
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.microscope.watching import budget
from stepscope.collect.torch.microscope.watching.losses import plain_reader

LOOP = """
    net, seen = nn.Linear(4, 1), 0
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
    loader = DataLoader(TensorDataset(torch.rand(60, 4) + 0.1), batch_size=2)
    while seen < 60:
        for (x,) in loader:
            seen += 1
            if seen == BAD:
                x = x - 1
            out = net(x).square() + torch.log(x)
            optimizer.zero_grad()
            out.mean().backward()
            optimizer.step()
"""


@pytest.fixture(autouse=True)
def brief(monkeypatch):
    """All steps but the first are noted briefly."""
    begins = budget.Budget.begins

    def only_the_first(account, now):
        begins(account, now)
        account.rests_until = math.inf if account.may_rest else 0.0

    monkeypatch.setattr(budget.Budget, "begins", only_the_first)


@pytest.mark.parametrize("step", range(24, 40))
def test_the_first_bad_step_is_named(diagnosed, step):
    report, _, lines = diagnosed(LOOP.replace("BAD", str(step)))
    found = report.findings[0]
    assert found.place.step == step
    assert "torch.log(x)" in lines[found.place.line - 1]


def test_the_batch_the_sample_and_the_row_are_those_of_the_bad_step(diagnosed):
    report, _, _ = diagnosed("""
    rows, net = torch.rand(60, 4) + 0.1, nn.Linear(4, 1)
    rows[37, 2] = -1.0
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
    for epoch in range(2):
        for x, y in DataLoader(TensorDataset(rows, torch.rand(60, 1)), batch_size=4, shuffle=True):
            optimizer.zero_grad()
            loss = (net(x.log()) - y).square().mean()
            loss.backward()
            optimizer.step()
    """)
    place = report.findings[0].place
    assert ([sample.index for sample in place.samples], place.epoch) == ([37], 0)
    assert report.findings[0].seen["repeated"].startswith("the step came out bit for bit the same")


def test_the_sample_is_named_where_the_loop_draws_ahead(diagnosed):
    report, _, _ = diagnosed("""
    from collections import deque
    rows, net = torch.rand(60, 4) + 0.1, nn.Linear(4, 1)
    rows[37, 2] = -1.0
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
    def ahead(loader):
        waiting = deque()
        for batch in loader:
            waiting.append(batch)
            if len(waiting) > 2:
                yield waiting.popleft()
        yield from waiting
    for epoch in range(2):
        for (x,) in ahead(DataLoader(TensorDataset(rows), batch_size=4, shuffle=True)):
            optimizer.zero_grad()
            loss = net(x.log()).square().mean()
            loss.backward()
            optimizer.step()
    """)
    assert [sample.index for sample in report.findings[0].place.samples] == [37]


WAITING = """
    from collections import deque
    rows, net, waiting = torch.rand(60, 4) + 0.1, nn.Linear(4, 1), deque()
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
    data = TensorDataset(rows)
    for epoch in range(5):
        if epoch == 3:
            rows[BAD, 2] = -1.0
        for batch in DataLoader(data, batch_size=4):
            waiting.append(batch)
            if len(waiting) > AHEAD:
                x = waiting.popleft()[0]
                optimizer.zero_grad()
                loss = net(x.log()).square().mean()
                loss.backward()
                optimizer.step()
"""


@pytest.mark.parametrize(("bad", "ahead"), [(25, 1), (25, 3), (57, 1), (49, 3), (2, 3)])
def test_the_sample_is_named_where_batches_wait_from_one_pass_to_the_next(diagnosed, bad, ahead):
    report, _, _ = diagnosed(WAITING.replace("BAD", str(bad)).replace("AHEAD", str(ahead)))
    place = report.findings[0].place
    assert [(sample.index, sample.row) for sample in place.samples] == [(bad, bad % 4)]


def test_a_loop_that_draws_one_batch_for_each_step_stays_brief_after_others_that_made_no_steps():
    data, net = TensorDataset(torch.rand(12, 4)), torch.nn.Linear(4, 1)
    with stepscope.guard(quiet=True):
        optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
        for _ in range(2):
            for (x,) in DataLoader(data, batch_size=4):
                optimizer.zero_grad()
                net(x).mean().backward()
                optimizer.step()
                for (y,) in DataLoader(data, batch_size=4):
                    net(y)
        assert not LOADERS.draw_ahead


def test_a_validation_before_it_makes_no_loop_one_that_draws_ahead():
    loader, net = DataLoader(TensorDataset(torch.rand(12, 4)), batch_size=4), torch.nn.Linear(4, 1)
    with stepscope.guard(quiet=True):
        optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
        seen = []
        for _ in range(2):
            for (x,) in loader:
                net(x)
            seen.append(LOADERS.recent()[0].draws_ahead)
            for (x,) in loader:
                optimizer.zero_grad()
                net(x).mean().backward()
                optimizer.step()
            seen.append(LOADERS.recent()[0].draws_ahead)
    assert seen == [True, False] * 2


def test_a_loss_that_cannot_be_read_at_once_raises_nothing():
    def refuses(loss):
        raise RuntimeError("not to be asked")

    assert plain_reader(refuses)(torch.tensor(1.0)) is None
    assert plain_reader(lambda loss: False)(torch.tensor(1.0)) == 1.0


def test_a_batch_that_its_step_has_written_over_is_loaded_again(diagnosed):
    report, _, _ = diagnosed("""
    rows, net = torch.rand(60, 4) + 0.1, nn.Linear(4, 1)
    rows[37, 2] = -1.0
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
    for (x,) in DataLoader(TensorDataset(rows), batch_size=4):
        optimizer.zero_grad()
        x.mul_(2)
        loss = net(x.log()).square().mean()
        loss.backward()
        optimizer.step()
    """)
    assert [sample.index for sample in report.findings[0].place.samples] == [37]


def test_batches_that_change_their_form_within_a_pass_are_kept(diagnosed):
    report, _, _ = diagnosed("""
    rows, net = torch.rand(60, 4) + 0.1, nn.Linear(4, 1)
    rows[37, 2] = -1.0
    def collate(samples):
        x = torch.stack([row for row, number in samples])
        return [x, "odd" if samples[0][1] % 8 else x.sum()]
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
    for x, told in DataLoader([(row, number) for number, row in enumerate(rows)], batch_size=4, collate_fn=collate):
        optimizer.zero_grad()
        loss = net(x.log()).square().mean()
        loss.backward()
        optimizer.step()
    """)
    assert [sample.index for sample in report.findings[0].place.samples] == [37]


def test_losses_of_a_vector_are_met_in_quiet_steps(diagnosed):
    source = dedent(LOOP).replace("out.mean().backward()", "out.backward(torch.ones_like(out) / 2)").replace("BAD", "30")
    report, _, lines = diagnosed(source)
    assert report.findings[0].place.step == 30
    assert "torch.log(x)" in lines[report.findings[0].place.line - 1]


def test_a_second_loss_that_begins_late_is_met(diagnosed):
    source = dedent(LOOP).replace("optimizer.zero_grad()", "optimizer.zero_grad()\n        if seen > 40:\n            (net(x).sum() / (seen - 50)).backward()").replace("BAD", "61")
    report, _, lines = diagnosed(source)
    found = report.findings[0]
    assert found.place.step == 50
    assert "seen - 50" in lines[found.place.line - 1]


def test_a_batch_of_tensors_and_other_things_is_kept(diagnosed):
    source = """
    net = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
    rows = torch.rand(60, 4) + 0.1
    rows[57] = -1
    loader = DataLoader([(row, str(number)) for number, row in enumerate(rows)], batch_size=2)
    for x, names in loader:
        optimizer.zero_grad()
        torch.log(x).mul(net(x)).mean().backward()
        optimizer.step()
    """
    report, _, _ = diagnosed(source)
    assert [sample.index for sample in report.findings[0].place.samples] == [57]


def test_a_loop_that_begins_late_has_losses_of_its_own(diagnosed):
    report, _, lines = diagnosed("""
    x = torch.randn(400, 10); y = x @ torch.randn(10, 1)
    net = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    for step in range(801):
        loss = (net(x[:16]) - y[:16]).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    optimizer = torch.optim.SGD(net.parameters(), lr=100.0)
    for step in range(20):
        loss = (net(x[:64]) - y[:64]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    """)
    found = report.findings[0]
    assert (found.name, found.confidence.value) == ("lr-too-high", "certain")
    assert len(found.seen["loss until then"].split(", ")) == found.place.step - 802
    assert "lr=100.0" in lines[found.place.line - 1]


def test_where_the_optimizers_step_is_compiled_no_number_of_a_step_is_made_up(findings):
    found, _, ended = findings("""
        data = torch.rand(32, 4) + 0.1
        data[25, 1] = -1.0
        net = nn.Linear(4, 1)
        optimizer = torch.optim.SGD(net.parameters(), 0.05)
        update = torch.compile(optimizer.step, backend="eager")
        for (x,) in DataLoader(TensorDataset(data), batch_size=8):
            loss = net(torch.log(x)).square().mean()
            optimizer.zero_grad()
            loss.backward()
            update()
    """)

    assert (ended.returncode, [(each["place"]["step"], each["place"]["samples"][0]["index"]) for each in found]) == (0, [(None, 25)])


def test_a_nan_under_a_mode_that_counts_operators_is_followed_to_its_line(reported):
    found, line = reported("""
        from torch.utils.flop_counter import FlopCounterMode
        net = nn.Linear(4, 1)
        optimizer = torch.optim.SGD(net.parameters(), 0.05)
        with FlopCounterMode(display=False):
            for i in range(4):
                x = torch.rand(8, 4) - float(i == 2)
                loss = net(torch.log(x)).square().mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    """)

    assert (found["code"], found["place"]["step"], line) == ("NUM102", 3, "loss = net(torch.log(x)).square().mean()")
