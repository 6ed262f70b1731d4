"""A step that is repeated in place leaves the tensors that it writes over as they were; and a process that cannot be forked is told of all the same."""

import errno
import os
import runpy
from textwrap import dedent

import torch
from tests.collect.torch.microscope.conftest import BEGIN

from stepscope.collect.torch.forked.fork import ask
from stepscope.collect.torch.microscope.repeating.undone import Undone

SCALED = """
    x = torch.rand(32, 4) * 255 + 25; x[19] = -1
    net = nn.Linear(4, 1); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    carried, seen = torch.zeros(3), []
    for (x,) in DataLoader(TensorDataset(x), batch_size=8):
        x.div_(255)
        carried[1:].add_(x.sum())
        loss = (net(x) + x.sum(1, keepdim=True).log()).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        seen.append(x.sum().item())
"""


def test_a_batch_that_is_written_over_twice_does_not_end_the_run(diagnosed, monkeypatch, tmp_path):
    script = tmp_path / "bare.py"
    script.write_text(dedent(BEGIN) + dedent(SCALED))
    bare = runpy.run_path(str(script), run_name="__main__")
    monkeypatch.setenv("STEPSCOPE_NO_FORK", "1")

    report, names, _ = diagnosed(SCALED)

    assert "in place" in report.findings[0].seen["repeated"]
    assert (names["seen"], names["carried"].tolist()) == (bare["seen"], bare["carried"].tolist())
    assert names["net"].weight.nan_to_num().equal(bare["net"].weight.nan_to_num())


def test_parts_of_one_tensor_are_put_back_whatever_their_order():
    state, made = torch.arange(6.0), []
    first, second = state[:4], state[2:]
    before, version = state.clone(), state._version

    undone = Undone()
    with undone:
        first.add_(1)
        second.mul_(2)
        made.append(torch.zeros(3).add_(1))
        state.zero_()
    undone.put_back()

    assert (state.equal(before), state._version) == (True, version)
    assert made[0].tolist() == [1, 1, 1]


def test_where_the_system_has_no_process_to_give_the_step_is_told_without_a_repeat(diagnosed, monkeypatch):
    def refuse():
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refuse)
    assert ask(lambda _: b"answer", 1) is None

    report, _, _ = diagnosed(SCALED)
    assert (report.findings[0].name, report.findings[0].place.step) == ("non-finite-loss", 3)
