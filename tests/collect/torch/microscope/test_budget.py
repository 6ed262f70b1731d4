"""What we spend: an account, and what is said of steps that it could not pay for."""

import runpy
from textwrap import dedent

import pytest

import stepscope
from stepscope.collect.torch.microscope.watching import budget as account
from stepscope.collect.torch.microscope.watching.budget import CREDIT, FLOOR, REST, Budget


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(account, "perf_counter", lambda: now[0])
    return now


def step(budget, clock, always=0.0, thinned=0.0, rest=0.0):
    """One step of this many seconds; gives whether what can be thinned out was done in it."""
    budget.begins(clock[0])
    if budget.allows:
        spend(clock, thinned, budget.pay_thinned)
    began = clock[0]
    clock[0] += always
    budget.pay(began)
    clock[0] += rest
    return budget.allows


def spend(clock, seconds, pay):
    began = clock[0]
    clock[0] += seconds
    pay(began)


def test_the_credit_comes_first_and_the_share_of_the_time_follows(clock):
    budget = Budget(0.01)
    assert step(budget, clock, thinned=CREDIT + 1.0)
    assert not step(budget, clock)
    clock[0] = 200.0
    assert step(budget, clock)


def test_a_quarter_is_left_where_what_is_always_done_uses_up_the_budget(clock):
    budget = Budget(0.01)
    checks = sum(step(budget, clock, always=0.01, thinned=0.001, rest=0.09) for _ in range(1000))
    assert checks * 0.001 == pytest.approx(FLOOR * 0.01 * clock[0], rel=0.1)


def test_what_is_always_done_is_paid_before_what_can_be_thinned_out(clock):
    budget = Budget(0.01)
    checks = sum(step(budget, clock, always=0.0005, thinned=0.001, rest=0.1) for _ in range(4000))
    assert checks * 0.001 + 4000 * 0.0005 == pytest.approx(0.01 * clock[0], rel=0.05)


def noted_briefly(budget, clock, seconds, steps, always):
    """How many of so many steps are noted briefly, where what is always done takes so long in one that is noted in full."""
    brief = 0
    for _ in range(steps):
        if clock[0] < budget.rests_until:
            budget.brief += 1
            brief += 1
        else:
            step(budget, clock, always=always)
        clock[0] += seconds
    return brief


def test_short_steps_are_noted_briefly_once_the_credit_is_spent(clock):
    budget = Budget(0.01)
    assert noted_briefly(budget, clock, 0.0003, int(CREDIT / 0.00005), 0.00005) < 10
    assert noted_briefly(budget, clock, 0.0003, 4000, 0.00005) > 3800


def test_one_in_so_many_seconds_is_noted_in_full(clock):
    budget = Budget(0.0)
    budget.begins(clock[0])
    assert noted_briefly(budget, clock, REST / 10, 1000, 0.00005) == pytest.approx(900, abs=20)


def test_long_steps_are_all_noted_in_full(clock):
    budget = Budget(0.0)
    assert noted_briefly(budget, clock, 2 * REST, 1000, 0.00005) == 0


def test_steps_that_the_budget_affords_are_all_noted_in_full(clock):
    assert noted_briefly(Budget(1.0), clock, 0.0003, 4000, 0.00005) == 0


def test_no_step_is_noted_briefly_where_a_bad_one_is_to_have_no_effect(clock):
    budget = Budget(0.0)
    budget.may_rest = False
    assert noted_briefly(budget, clock, 0.0003, 1000, 0.00005) == 0


def test_no_budget_looks_at_nothing_that_can_be_left_out(clock):
    budget = Budget(0.0)
    assert not any(step(budget, clock, rest=1.0) for _ in range(100))


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
