"""Whole training programs under guard: the broken ones are named, the healthy ones are left in peace."""

import json

import pytest
from benchmarks.programs import BROKEN, PROGRAMS, SOUND, judge

LEDGERS = {kind: json.loads((PROGRAMS / kind / "expected.json").read_text()) for kind in (*BROKEN, *SOUND)}

NASTY = [
    "fork_by_hand", "models_are_freed", "odd_modules_eq_slots_property", "compile_eager_backend", "user_hooks_everywhere",
    "pickled_model_deepcopied_optimizer", "mixins_and_cooperative_init", "reads_argv_and_file", "reexec_once", "subprocess_calls",
    "stdout_tee_and_redirect", "logging_and_warnings", "warnings_as_errors", "own_excepthook", "own_signal_handlers",
    "loader_spawn_context", "ddp_spawn_two_gloo", "lightning_digits_module", "hf_trainer_tiny_bert",
    "modes_and_patches_count_operators", "compiled_steps_and_transforms", "batches_of_own_kinds_are_let_go", "gate_with_infinite_best_exits_3",
]  # fmt: skip
TIMED = {"compiled_steps_and_transforms", "hf_trainer_tiny_bert", "lightning_digits_module", "ddp_spawn_two_gloo", "logging_and_warnings", "own_signal_handlers"}
"""Their standard error holds times or process numbers."""


def _each(kinds):
    return [(kind, name) for kind in kinds for name in LEDGERS[kind]]


@pytest.mark.parametrize(("kind", "name"), _each(BROKEN))
def test_a_broken_run_is_told_with_its_cause_stage_line_and_sample(kind, name):
    assert judge(kind, name, LEDGERS[kind][name]) == []


def ended(start, name):
    """A run of a program; of one whose ranks part at their end, which gloo lets fail on a busy machine with and without us, the first that ended well."""
    runs = (start(f"{name}.py", *LEDGERS["healthy"][name]["args"], cwd=PROGRAMS / "healthy") for _ in range(3))
    return next((run for run in runs if name != "ddp_spawn_two_gloo" or run.code == 0), None)


@pytest.mark.parametrize("name", NASTY)
def test_a_run_prints_the_same_and_ends_the_same_with_and_without_us(stage, name):
    bare, guarded = ended(stage.bare, name), ended(stage.guarded, name)

    assert (guarded.out, guarded.code) == (bare.out, bare.code), guarded.err
    assert (bare.code, guarded.report["findings"]) == (LEDGERS["healthy"][name]["exit"], [])
    assert name in TIMED or guarded.err == bare.err
    assert stage.left_behind == []


@pytest.mark.parametrize(("kind", "name"), [each for each in _each(SOUND) if each[1] not in NASTY])
def test_a_sound_run_is_left_in_peace(kind, name):
    assert judge(kind, name, LEDGERS[kind][name]) == []


@pytest.mark.parametrize("kind", LEDGERS)
def test_every_program_is_in_the_ledger(kind):
    assert {path.stem for path in (PROGRAMS / kind).glob("*.py")} == set(LEDGERS[kind])
