"""Whole training programs under guard: the broken ones are named, the healthy ones are left in peace."""

import json

import pytest
from benchmarks.programs import BROKEN, PROGRAMS, SOUND, judge

LEDGERS = {kind: json.loads((PROGRAMS / kind / "expected.json").read_text()) for kind in (*BROKEN, *SOUND)}


def _each(kinds):
    return [(kind, name) for kind in kinds for name in LEDGERS[kind]]


@pytest.mark.parametrize(("kind", "name"), _each(BROKEN))
def test_a_broken_run_is_told_with_its_cause_stage_line_and_sample(kind, name):
    assert judge(kind, name, LEDGERS[kind][name]) == []


@pytest.mark.parametrize(("kind", "name"), _each(SOUND))
def test_a_sound_run_is_left_in_peace(kind, name):
    assert judge(kind, name, LEDGERS[kind][name]) == []


@pytest.mark.parametrize("kind", LEDGERS)
def test_every_program_is_in_the_ledger(kind):
    assert {path.stem for path in (PROGRAMS / kind).glob("*.py")} == set(LEDGERS[kind])
