"""What `--help` shows."""

import pytest
from click.testing import CliRunner

from stepscope.commands.main import cli


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ((), "    stepscope check data/"),
        (("run",), "  stepscope run -- torchrun --nproc-per-node 2 train.py"),
        (("check",), "  stepscope check data/ --fix-in-place           with a way back: --undo"),
        (("explain",), "  python train.py 2>&1 | stepscope explain"),
    ],
)
def test_examples_stand_on_lines_of_their_own(command, line):
    shown = CliRunner().invoke(cli, [*command, "--help"]).output
    assert line in shown.splitlines()
    assert r"\b" not in shown
