"""`stepscope explain` as it is called: files and pipes, formats, exit codes, first errors."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

FAILED = 'Epoch 1\nTraceback (most recent call last):\n  File "train.py", line 3, in <module>\n    loss = F.cross_entropy(net(x), y)\nIndexError: Target 12 is out of bounds.\n'


def explain(*arguments, text=""):
    return subprocess.run([sys.executable, "-m", "stepscope", "explain", *arguments], input=text.encode(), capture_output=True, check=False)


@pytest.fixture
def log(tmp_path):
    file = tmp_path / "train.log"
    file.write_text(FAILED)
    return file


def test_a_file_and_a_pipe_say_the_same_on_standard_output(log):
    by_file, by_pipe = explain(str(log)), explain(text=FAILED)
    assert (by_file.returncode, by_pipe.returncode) == (1, 1)
    assert by_file.stdout.decode().replace(str(log), "log") == by_pipe.stdout.decode()
    assert "error[LBL101] loss: likely: label 12 lies outside of the classes" in by_pipe.stdout.decode()
    assert "--> train.py:3" in by_pipe.stdout.decode()
    assert by_file.stderr == b""


def test_nothing_found_is_said_with_the_number_of_lines():
    ended = explain(text="epoch 1 loss 0.3\nepoch 2 loss 0.2\n")
    assert ended.returncode == 0
    assert ended.stdout.decode().startswith("No failure found in 2 lines")


def test_the_json_has_the_form_that_is_published(log):
    told = json.loads(explain(str(log), "--format", "json").stdout)
    jsonschema.validate(told, json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text()))
    assert told["command"] == "explain"
    assert told["findings"][0]["name"] == "label-out-of-range"
    assert told["findings"][0]["places"][0]["line"] == 2


def test_markdown_can_be_posted(log, tmp_path):
    out = tmp_path / "report.md"
    assert explain(str(log), "--output", str(out)).returncode == 1
    text = out.read_text()
    assert text.startswith("### error `LBL101` label-out-of-range (likely)")
    assert "- `train.py:3` `loss = F.cross_entropy(net(x), y)`" in text


def test_markdown_calls_nobody_and_holds_no_html():
    text = explain("--format", "markdown", text=FAILED.replace("IndexError: Target 12 is out of bounds.", "ValueError: @everyone <img src=x> `a` | b")).stdout.decode()
    assert "@everyone" not in text
    assert "<img" not in text


@pytest.mark.parametrize("name", ["there-is-none.log", "."])
def test_a_log_that_cannot_be_read_is_our_users_first_error(name, tmp_path):
    ended = explain(str(tmp_path / name))
    assert ended.returncode == 2
    assert b"Traceback" not in ended.stderr
    assert name.strip(".").encode() in ended.stderr


def test_quiet_says_nothing(log):
    ended = explain(str(log), "--quiet")
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, b"", b"")
