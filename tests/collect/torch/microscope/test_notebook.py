"""Cells of a notebook: the loop in one, the step in another."""

import subprocess
import sys
from textwrap import dedent

import pytest

CELLS = """
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    for cell in ['''
    import torch, stepscope
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset
    torch.manual_seed(0)
    x = torch.rand(60, 4) + 0.1
    x[37, 2] = -1.0
    net = nn.Linear(4, 3)
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    loader = DataLoader(TensorDataset(x, torch.arange(60) % 3), batch_size=10, shuffle=True)
    ''', '''
    def step(a, b):
        seen = torch.log(a)
        loss = nn.functional.cross_entropy(net(seen), b)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    ''', '''
    with stepscope.guard():
        for a, b in loader:
            step(a, b)
    ''']:
        shell.run_cell(cell, store_history=True)
"""


def test_the_cell_and_its_line_are_named(tmp_path):
    script = tmp_path / "cells.py"
    script.write_text(dedent(CELLS))
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert "`log` made the first NaN at step" in ended.stderr
    assert "seen = torch.log(a)" in ended.stderr
    assert "sample 37" in ended.stderr
    assert "bit for bit the same" in ended.stderr


TABLE = """
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    for cell in ['''
    import torch, stepscope
    from torch import nn
    x = torch.rand(60, 4)
    x[37, 2] = float("nan")
    ''', '''
    features = x - 0.5
    net = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    ''', '''
    AGAIN
    ''', '''
    with stepscope.guard():
        for some in torch.arange(60).split(10):
            loss = net(features[some]).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    ''']:
        shell.run_cell(cell, store_history=True)
"""


@pytest.mark.parametrize(("again", "told"), [("pass", True), ("features = features * 2", False)])
def test_the_only_other_cell_that_made_a_table_is_told(tmp_path, again, told):
    script = tmp_path / "cells.py"
    script.write_text(dedent(TABLE.replace("AGAIN", again)))
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)

    assert "`features` holds NaN before the model sees it" in ended.stderr
    assert ("features = x - 0.5" in ended.stderr) is told


CLIPPED = """
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    for cell in ['''
    import torch, stepscope
    from torch import nn
    torch.manual_seed(0)
    net = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    ''', '''
    with stepscope.guard():
        for step in range(20):
            out = net(torch.rand(8, 4))
            optimizer.zero_grad()
            (out - (out.detach() if step == 13 else 1)).square().mean().backward()
            for p in net.parameters():
                p.grad.div_(p.grad.norm())
            optimizer.step()
    ''']:
        shell.run_cell(cell, store_history=True)
"""


def test_a_clip_by_hand_in_a_cell_is_told_at_its_own_step(tmp_path):
    script = tmp_path / "cells.py"
    script.write_text(dedent(CLIPPED))
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert "`div_` on the gradients made the first NaN at step 14" in ended.stderr
    assert "p.grad.div_(p.grad.norm())" in ended.stderr
