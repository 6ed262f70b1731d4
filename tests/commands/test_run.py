"""`stepscope run` and what it may be given: clear words, the exit code kept, no traceback of ours."""

import os
import sys
from pathlib import Path

import pytest

ENDS = """
    import sys
    print("arguments", sys.argv[1:])
    sys.exit(5)
"""


def words(ended):
    """What we said ourselves, in one line."""
    assert "stepscope/" not in ended.err.replace(os.path.dirname(__file__), "")
    return " ".join(ended.err.split())


def test_a_missing_script_is_said_with_the_folder(stage):
    ended = stage.guarded("trian.py")

    assert ended.code == 2
    assert words(ended) == f"Error: there is no script trian.py in {stage.folder}"


def test_a_missing_command_ends_as_in_a_shell(stage):
    ended = stage.guarded("--", "torchrum", "train.py")

    assert ended.code == 127
    assert words(ended) == "Error: cannot start torchrum: No such file or directory"


def test_a_command_that_may_not_be_run_ends_as_in_a_shell(stage):
    ended = stage.guarded("--", f"./{stage.script('data', 'notes.txt')}")

    assert ended.code == 126
    assert words(ended) == "Error: cannot start ./notes.txt: Permission denied"


def test_a_folder_without_a_main_script_is_said(stage):
    (stage.folder / "project").mkdir()
    ended = stage.guarded("project")

    assert ended.code == 2
    assert words(ended) == "Error: project is a folder without a __main__.py"


def test_a_folder_with_a_main_script_is_run(stage):
    stage.script(ENDS, "project/__main__.py")

    assert stage.guarded("project", "a").out == "arguments ['a']\n"


def test_no_command_at_all_shows_the_way(stage):
    ended = stage.command([sys.executable, "-m", "stepscope", "run"])

    assert ended.code == 2
    assert "stepscope run train.py" in ended.out + ended.err


@pytest.mark.parametrize(("text", "code"), [("def f(:\n    pass\n", 1), ("", 0), ("print('no training here')", 0), ("raise SystemExit(9)", 9)])
def test_an_odd_script_ends_as_without_us(stage, text, code):
    script = stage.script(text)
    bare, guarded = stage.bare(script), stage.guarded(script)

    assert (guarded.code, guarded.out) == (bare.code, bare.out) == (code, bare.out)
    assert guarded.err.startswith(bare.err)
    assert bool(guarded.report["findings"]) == (code == 1)


def test_a_syntax_error_is_named_with_its_line(stage):
    ended = stage.guarded(stage.script("x = 1\ndef f(:\n    pass\n"))

    assert ended.found["seen"]["exception"] == "SyntaxError"
    assert ended.found["place"]["file"] == "train.py"
    assert ended.found["place"]["line"] == 2


def test_a_module_that_is_missing_ends_as_without_us(stage):
    bare, guarded = stage.bare("-m", "no_such_module"), stage.guarded("-m", "no_such_module")

    assert (guarded.code, guarded.out, guarded.err) == (bare.code, bare.out, bare.err)


def test_a_module_is_run_with_its_arguments(stage):
    stage.script(ENDS, "package/train.py")

    assert stage.guarded("-m", "package.train", "-m", "--strict").out == "arguments ['-m', '--strict']\n"


def test_options_that_look_like_ours_go_to_the_script(stage):
    arguments = ["--quiet", "--format", "json", "--output", "x.json", "--help", "--", "-h"]
    ended = stage.guarded(stage.script(ENDS), *arguments)

    assert (ended.code, ended.out) == (5, f"arguments {arguments}\n")
    assert not (stage.folder / "x.json").exists()


@pytest.mark.parametrize("limit", [[], ["3"], ["1%"], ["0.5%"]])
def test_an_option_whose_value_may_be_left_out_takes_it_where_it_is_given(stage, limit):
    script = stage.script(ENDS)
    ended = stage.guarded("--skip-bad-samples", *limit, "--skip-list", "bad.jsonl", script, "7")
    last = stage.guarded("--skip-bad-samples", *limit, script, "7")

    assert (ended.code, ended.out) == (last.code, last.out) == (5, "arguments ['7']\n")


def test_a_list_of_bad_samples_needs_a_folder_that_is_there(stage):
    ended = stage.guarded("--skip-list", "nowhere/bad.jsonl", stage.script(ENDS))

    assert (ended.code, ended.out) == (2, "")
    assert "there is no folder 'nowhere'" in ended.err


def test_a_command_with_options_of_python_is_run_as_it_stands(stage):
    script = stage.script("import sys; print(sys.flags.dev_mode, sys.flags.optimize); raise KeyError('x')")
    ended = stage.guarded("--", sys.executable, "-X", "dev", "-O", script)

    assert (ended.code, ended.out, ended.name) == (1, "True 1\n", "user-code-exception")
    assert "ResourceWarning" not in ended.err


def test_an_isolated_python_is_not_guarded_and_we_say_so(stage):
    ended = stage.guarded("--", sys.executable, "-I", stage.script("raise ValueError"))

    assert (ended.code, ended.report["findings"]) == (1, [])
    assert ended.report["notes"] == ["no Python process of this command was guarded"]
    assert "no Python process of this command was guarded" in ended.err


def test_a_command_that_is_no_python_keeps_its_streams_and_its_code(stage):
    ended = stage.guarded("--", "sh", "-c", "cat; echo told >&2; exit 4", stdin=None, input=b"given")

    assert (ended.code, ended.out) == (4, "given")
    assert ended.err.startswith("told\n")


def test_paths_with_spaces_and_letters_of_any_alphabet(stage):
    script = stage.script("print('läuft')\nraise ValueError('größer als 1')\n", "mein Ördner/träin ☂.py")
    ended = stage.guarded(script)

    assert (ended.code, ended.out) == (1, "läuft\n")
    assert ended.found["place"]["file"] == "mein Ördner/träin ☂.py"
    assert ended.found["seen"]["says"] == "größer als 1"


def test_a_script_by_its_absolute_path_from_another_folder(stage):
    script = stage.folder / stage.script("import os, neighbour\nprint(os.getcwd())\nraise ValueError", "src/train.py")
    stage.script("", "src/neighbour.py")
    elsewhere = stage.folder / "else where"
    elsewhere.mkdir()
    ended = stage.guarded(str(script), cwd=elsewhere)

    assert ended.out == f"{elsewhere}\n"
    assert ended.found["place"]["file"] == str(script)


def test_standard_input_is_the_scripts(stage):
    ended = stage.guarded(stage.script("print(input() + input())"), stdin=None, input=b"a\nb\n")

    assert ended.out == "ab\n"


@pytest.mark.parametrize("target", ["new/folder/report.json", "file/report.json"])
def test_a_report_that_cannot_be_written_costs_one_line(stage, target):
    (stage.folder / "file").write_text("not a folder")
    ended = stage.command([*stage.run[:-1], target, stage.script("raise SystemExit(3)")])

    assert ended.code == 3
    if target.startswith("new"):
        assert (stage.folder / target).exists()
    else:
        assert words(ended).startswith("stepscope: could not make the report:")
        assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize(("text", "code"), [("raise ValueError", 1), ("pass", 0)])
def test_strict_ends_with_1_on_error_findings_only(stage, text, code):
    ended = stage.guarded("--strict", stage.script(text))

    assert ended.code == code


def test_quiet_shows_nothing_of_ours(stage):
    script = stage.script("raise ValueError('x')")
    bare, guarded = stage.bare(script), stage.guarded("--quiet", script)

    assert guarded.err == bare.err
    assert guarded.name == "user-code-exception"


def test_a_usage_error_of_the_script_is_no_failure_of_the_training(stage):
    script = stage.script("import argparse\nargparse.ArgumentParser().parse_args(['--epohcs', '3'])\n")
    bare, guarded = stage.bare(script), stage.guarded(script)

    assert (guarded.code, guarded.err, guarded.report["findings"]) == (2, bare.err, [])


def test_a_script_that_handles_a_failure_and_goes_on_is_told_by_its_last_one(stage):
    script = """
        import sys
        try:
            try:
                {}["first"]
            except KeyError:
                sys.exit(1)
        except SystemExit:
            pass
        raise ValueError("last")
    """
    assert stage.guarded(stage.script(script)).found["seen"]["says"] == "last"


def test_a_script_that_is_run_in_a_fork_ends_as_without_us(stage):
    script = """
        import os, sys
        child = os.fork()
        if not child:
            sys.excepthook = lambda *_: print("mine", file=sys.stderr)
            raise ValueError("in the child")
        print("child ended with", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        os._exit(0)
    """
    bare, guarded = stage.bare(stage.script(script)), stage.guarded(stage.script(script))

    assert (guarded.code, guarded.out, guarded.err) == (bare.code, bare.out, bare.err) == (0, "child ended with 1\n", "mine\n")
    assert guarded.report["findings"] == []


def test_help_names_the_command(stage):
    ended = stage.command([sys.executable, "-m", "stepscope", "run", "--help"], cwd=Path("/"))

    assert ended.code == 0
    assert "stepscope run train.py --epochs 5" in ended.out


def test_options_of_python_may_stand_before_the_script(stage):
    ended = stage.guarded("--format=json", "-X", "dev", stage.script("import sys; print(sys.flags.dev_mode)"), "--quiet")

    assert (ended.code, ended.out) == (0, "True\n")
