"""What we spend: an account, and what is said of steps that it could not pay for."""

import runpy
from textwrap import dedent

import pytest

import stepscope
from stepscope.collect.torch.microscope import budget as account
from stepscope.collect.torch.microscope.budget import CREDIT, FLOOR, Budget


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(account, "perf_counter", lambda: now[0])
    return now


def spend(budget, clock, seconds, thinned=False):
    began = clock[0]
    clock[0] += seconds
    budget.pay(began)
    if thinned:
        budget.pay_thinned(began)


def test_the_credit_comes_first_and_the_share_of_the_time_follows(clock):
    budget = Budget(0.01)
    assert budget.allows()
    spend(budget, clock, CREDIT + 1.0, thinned=True)
    assert not budget.allows()
    clock[0] = 200.0
    assert budget.allows()


def test_a_quarter_is_left_where_what_is_always_done_uses_up_the_budget(clock):
    budget = Budget(0.01)
    checks = 0
    for _ in range(1000):
        spend(budget, clock, 0.01)
        clock[0] += 0.09
        if budget.allows():
            checks += 1
            spend(budget, clock, 0.001, thinned=True)
    assert checks * 0.001 == pytest.approx(FLOOR * 0.01 * clock[0], rel=0.1)


def test_no_budget_looks_at_nothing_that_can_be_left_out(clock):
    budget = Budget(0.0)
    spend(budget, clock, 0.001)
    clock[0] = 100.0
    assert not budget.allows()


GRADIENT = """
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset
    torch.manual_seed(0)
    x = torch.rand(60, 4) + 0.1
    x[37] = 0.0
    net = nn.Sequential(nn.Linear(4, 4, bias=False), nn.Dropout(DROP))
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    for (a,) in DataLoader(TensorDataset(x), batch_size=4):
        loss = net(a).square().sum(1).sqrt().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
"""


@pytest.fixture
def found(tmp_path):
    def run(drop, budget):
        script = tmp_path / "train.py"
        script.write_text(dedent(GRADIENT).replace("DROP", str(drop)))
        with stepscope.guard(quiet=True, budget=budget) as guard:
            runpy.run_path(str(script))
        return guard.report.findings[0]

    return run


def test_gradients_that_were_not_read_show_in_the_weights_and_the_finding_says_so(found):
    assert found(0.0, budget=1.0).name == "non-finite-gradient"
    unread = found(0.0, budget=0.0)
    assert unread.name == "weights-non-finite"
    assert "% of the steps (--budget" in unread.seen["looked at"]


def test_a_step_whose_random_states_were_not_noted_says_so(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(dedent(GRADIENT).replace("DROP", "0.5").replace("x[37] = 0.0", "x[37] = -1.0").replace("net(a)", "net(a.log())"))
    with stepscope.guard(quiet=True, budget=0.0) as guard:
        runpy.run_path(str(script))
    assert "the random states of this step were not noted" in guard.report.findings[0].seen["repeated"]
