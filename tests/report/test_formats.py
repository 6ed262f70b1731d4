import json
from pathlib import Path

import jsonschema
import pytest

from stepscope.diagnose import NotAsked, Report
from stepscope.finding import Confidence, Finding, Place, Sample, Severity, Stage
from stepscope.report import json as as_json
from stepscope.report import sarif, terminal

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text())
FINDING = Finding(
    code="LBL101",
    name="label-out-of-range",
    severity=Severity.ERROR,
    confidence=Confidence.CERTAIN,
    stage=Stage.LOSS,
    headline="label 12 does not fit a head with 10 classes",
    place=Place(
        "train.py", 41, "loss = F.cross_entropy(logits, y)", step=812, epoch=3, layer="fc", operator="cross_entropy", rank=0,
        samples=(Sample(1203, 5, "data/train/1203.png"), Sample(7, 9, None)),
    ),
    places=(Place("model.py", 31, "self.fc = nn.Linear(512, 10)", "the layer was built here"),),
    seen={"labels that fit": "0 to 9", "labels that do not": "12, in 2 of 64 labels of the batch"},
    why="The loss uses each label as an index into the scores of the head.",
    fix=("Give the head one output per class.", "If the labels count from 1, subtract 1 where they are read."),
)  # fmt: skip
REPORT = Report("run", (FINDING,), asked=61, not_asked=(NotAsked("NAT101", "native-crash", "death"),))
EMPTY = Report("run")

TERMINAL = """\
error[LBL101] loss: label 12 does not fit a head with 10 classes, in `fc` at step 812
  --> train.py:41      loss = F.cross_entropy(logits, y)
      sample 1203 (data/train/1203.png) · row 5 of the batch · and 1 more · epoch 3 · rank 0
  --> model.py:31      self.fc = nn.Linear(512, 10)   (the layer was built here)

      labels that fit      0 to 9
      labels that do not   12, in 2 of 64 labels of the batch

why   The loss uses each label as an index into the scores of the head.

fix   - Give the head one output per class.
      - If the labels count from 1, subtract 1 where they are read.

      stepscope rules LBL101
"""


def test_a_person_reads_this():
    assert terminal.render(REPORT) == TERMINAL


@pytest.mark.parametrize("width", [40, 60, 100])
def test_prose_keeps_within_a_narrow_terminal(width):
    prose = terminal.render(REPORT, width=width).partition("why ")[2]

    assert all(len(line) <= width for line in prose.splitlines())


def test_colour_adds_and_never_carries():
    coloured = terminal.render(REPORT, colour=True)

    assert "\x1b[" in coloured
    assert "\x1b" not in terminal.render(REPORT)


def test_no_color_is_honoured(monkeypatch):
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert terminal.wants_colour(is_terminal=True)

    monkeypatch.setenv("NO_COLOR", "1")
    assert not terminal.wants_colour(is_terminal=True)


def test_a_strangers_text_cannot_drive_the_terminal():
    hostile = Finding("RUN102", "x", Severity.ERROR, Confidence.CERTAIN, Stage.DATA, "a\x1b[2Jb\x07\nc", Place("f\x1b]0;x\x07.py", 1), fix=("y\x1b[1m",))

    text = terminal.render(Report("run", (hostile,)), colour=True)

    assert "\x1b[2J" not in text
    assert "\x1b]0" not in text
    assert "\x07" not in text


@pytest.mark.parametrize("report", [REPORT, EMPTY])
def test_json_keeps_to_its_schema(report):
    jsonschema.validate(json.loads(as_json.render(report)), SCHEMA)


def test_json_holds_what_was_found():
    found = json.loads(as_json.render(REPORT))["findings"][0]

    assert found["place"]["samples"][0] == {"index": 1203, "row": 5, "file": "data/train/1203.png"}
    assert found["places"][0]["line"] == 31


@pytest.mark.parametrize("report", [REPORT, EMPTY])
def test_sarif_names_rule_place_and_page(report):
    log = json.loads(sarif.render(report))

    run = log["runs"][0]
    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [result["ruleId"] for result in run["results"]]
    for result in run["results"]:
        region = result["locations"][0]["physicalLocation"]
        assert (region["artifactLocation"]["uri"], region["region"]["startLine"]) == ("train.py", 41)
