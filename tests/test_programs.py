"""Whole training programs under guard: the broken ones are named, the healthy ones are left in peace."""

import json

import pytest
from benchmarks.programs import PROGRAMS, judge

LEDGERS = {kind: json.loads((PROGRAMS / kind / "expected.json").read_text()) for kind in ("crash", "healthy")}


@pytest.mark.parametrize("name", LEDGERS["crash"])
def test_a_crash_is_told_with_its_cause_stage_line_and_sample(name):
    assert judge("crash", name, LEDGERS["crash"][name]) == []


@pytest.mark.parametrize("name", LEDGERS["healthy"])
def test_a_healthy_run_is_left_in_peace(name):
    assert judge("healthy", name, LEDGERS["healthy"][name]) == []


@pytest.mark.parametrize("kind", LEDGERS)
def test_every_program_is_in_the_ledger(kind):
    assert {path.stem for path in (PROGRAMS / kind).glob("*.py")} == set(LEDGERS[kind])
