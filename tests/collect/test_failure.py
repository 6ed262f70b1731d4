import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from stepscope.collect.failure import failure_of, traced_frames

HERE = str(Path(__file__).resolve())


def caught(function):
    try:
        function()
    except Exception as exception:
        return failure_of(exception)
    raise AssertionError("nothing was raised")


def test_the_users_line_that_a_compiler_names_is_a_frame():
    text = f'failed\n\nfrom user code:\n   File "{HERE}", line 8, in forward\n    return self.b(x)\n'

    (frame,) = traced_frames(text)

    assert (frame.line, frame.function, frame.code, frame.user) == (8, "forward", "return self.b(x)", True)


def test_lines_that_no_compiler_names_are_no_frames():
    assert traced_frames(f'File "{HERE}", line 8, in forward\n    return 1\n') == ()


def test_an_exception_is_told_with_its_chain_nearest_first():
    def fail():
        try:
            {}["a"]
        except KeyError as error:
            raise ValueError("no a") from error

    failure = caught(fail)

    assert (failure.type, failure.message) == ("ValueError", "no a")
    assert [(cause.type, cause.key) for cause in failure.causes] == [("KeyError", "'a'")]
    assert failure.user_frame.code == 'raise ValueError("no a") from error'


def test_an_exception_whose_text_cannot_be_made_is_told_all_the_same():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError("no words")

    def fail():
        raise Mute

    assert caught(fail).type == "Mute"


def test_very_deep_stacks_keep_both_ends():
    def sink(depth):
        if depth:
            sink(depth - 1)
        raise ValueError(depth)

    failure = caught(lambda: sink(500))

    assert len(failure.frames) < 200
    assert failure.innermost.name == "sink"


def _reciprocal(value):
    return 1 / value


@pytest.mark.parametrize("kind", [multiprocessing.Pool, ProcessPoolExecutor])
def test_the_line_in_a_process_of_a_pool_is_the_innermost(kind):
    with kind(1) as pool, pytest.raises(ZeroDivisionError) as caught:
        list(pool.map(_reciprocal, [2, 0]))

    failure = failure_of(caught.value)

    assert failure.innermost.code == "return 1 / value"
    assert failure.user_frame == failure.innermost
