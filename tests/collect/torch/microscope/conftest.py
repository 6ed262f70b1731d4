"""Small training scripts, run under guard."""

import json
import os
import runpy
import subprocess
import sys
from textwrap import dedent

import pytest

import stepscope

BEGIN = """
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset
    torch.manual_seed(0)
"""


@pytest.fixture
def diagnosed(tmp_path):
    """The report of a script's source, its names, and its lines."""

    def run(source, **settings):
        script = tmp_path / "train.py"
        script.write_text(dedent(BEGIN) + dedent(source))
        with stepscope.guard(quiet=True, **settings) as guard:
            names = runpy.run_path(str(script), run_name="__main__")
        return guard.report, names, script.read_text().splitlines()

    return run


@pytest.fixture
def findings(tmp_path):
    """The findings about a script in a process of its own: in a test's own process the loop that runs the tests would be tried too."""

    def run(source):
        script, output = tmp_path / "train.py", tmp_path / "report.json"
        script.write_text(dedent(BEGIN) + dedent(source))
        command = [sys.executable, "-m", "stepscope", "run", "--quiet", "--output", str(output), str(script)]
        ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env={**os.environ, "OMP_NUM_THREADS": "1"})
        return json.loads(output.read_text())["findings"], script.read_text().splitlines(), ended

    return run


@pytest.fixture
def reported(findings):
    """The first finding about a script, and its line."""

    def run(source):
        found, lines, _ = findings(source)
        return found[0], lines[found[0]["place"]["line"] - 1].strip()

    return run


@pytest.fixture
def silent(findings):
    """Runs a script that has to come to its end without a finding."""

    def run(source):
        found, _, ended = findings(source)
        assert (found, ended.returncode, ended.stderr) == ([], 0, "")

    return run


def told(report, lines):
    """The cause, the line and the samples that a report names first."""
    found = report.findings[0]
    return found.name, lines[found.place.line - 1].strip(), [sample.index for sample in found.place.samples]
