"""Of several exceptions, the one that counts."""

import sys

import pytest

from stepscope.collect.primary import primary


def raised(function):
    with pytest.raises(BaseException) as caught:  # noqa: PT011
        function()
    return primary(caught.value)


def broken():
    return {}["label"]


def test_an_exception_that_the_user_wraps_is_the_cause():
    def step():
        try:
            broken()
        except KeyError as error:
            raise RuntimeError("batch 4 could not be trained") from error

    assert isinstance(raised(step), KeyError)


def test_an_exception_that_a_finally_hides_is_the_cause():
    def step():
        losses = []
        try:
            broken()
        finally:
            sum(losses) / len(losses)

    assert isinstance(raised(step), KeyError)


def test_a_way_out_that_fails_is_a_failure_of_its_own():
    def load():
        try:
            return broken()
        except KeyError:
            return int("n/a")

    assert isinstance(raised(load), ValueError)


def test_what_a_library_raises_while_handling_another_stays():
    def step():
        int.from_bytes("x", "no such order")

    assert isinstance(raised(step), (TypeError, ValueError))


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups came with Python 3.11")
def test_the_first_of_a_group_is_the_cause():
    def step():
        try:
            broken()
        except KeyError as error:
            found = [error]
        raise ExceptionGroup("two tasks", found)  # noqa: F821

    assert isinstance(raised(step), KeyError)


def test_exceptions_that_point_at_each_other_do_no_harm():
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first

    def step():
        raise first

    assert raised(step) in (first, second)


def library(folder, teardown):
    """A library's loop: it puts things away after what `run` raises."""
    file = folder / "site-packages" / "loop.py"
    file.parent.mkdir()
    file.write_text(f"def fit(run):\n    try:\n        run()\n    except BaseException:\n        {teardown}()\n        raise\n\ndef {teardown}():\n    raise RuntimeError('call iter first')\n")
    names = {}
    exec(compile(file.read_text(), str(file), "exec"), names)
    return names["fit"]


@pytest.mark.parametrize(("name", "kind"), [("_teardown", KeyError), ("shutdown", KeyError), ("translate", RuntimeError)])
def test_what_fails_while_a_library_puts_things_away_hides_the_cause(tmp_path, name, kind):
    fit = library(tmp_path, name)

    assert isinstance(raised(lambda: fit(broken)), kind)
