"""The examples on data sets, run as a user runs them."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples" / "datasets"


@pytest.mark.parametrize(
    ("name", "mistakes"),
    [("imageai", ("error[BOX101]", "error[IMG102]", "error[LBL101]")), ("ultralytics", ("error[LBL101]", "error[DAT111]", "warning[DAT104]"))],
)
def test_an_example_leads_from_mistakes_to_a_sound_set(name, mistakes, tmp_path):
    ran = subprocess.run([sys.executable, EXAMPLES / f"{name}.py", tmp_path], capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    first, *_, last = ran.stdout.split("\n$ stepscope check ")[1:]
    assert [mistake for mistake in mistakes if mistake not in first] == []
    assert sum(first.count(f"{word}[") for word in ("error", "warning", "note")) == len(mistakes)
    assert "error[" not in last
    assert "warning[" not in last
    assert "the set may be trained on" in last
