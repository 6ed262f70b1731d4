"""Text that means harm, or no text at all: linear time, bounded memory, never a traceback of ours."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.collect.logs.pieces import PIECES

import stepscope


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=20)), max_size=60))
def test_any_mixture_is_read(pieces):
    stepscope.explain("".join(pieces))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=4000))
def test_any_bytes_are_read(data):
    stepscope.explain(data)


@pytest.mark.parametrize(
    "unit",
    [
        "Traceback (most recent call last):\n", '  File "a.py", line 3, in f\n    f()\n', "ValueError: x\n", "[rank1]: ", "(" * 50, "\x1b]0;", "\x1b[", "loss: nan ", "loss 1e999 ", "a" * 50, " " * 50, "a.b.c.",
        "During handling of the above exception, another exception occurred:\n", "Error: Error: ", '"' * 20, "1/2 [", "| " * 20, "x = 3 y: 4 ", "defined at a:", "RuntimeError('", "2026-11-20 12:00:01 - ",
    ],
)  # fmt: skip
def test_time_grows_with_the_text(unit):
    def seconds(size):
        text = unit * (size // len(unit))
        began = time.process_time()
        stepscope.explain(text)
        return time.process_time() - began

    seconds(1000)
    assert seconds(800_000) < 20


def test_half_of_a_utf_16_file_is_read():
    text = "Epoch 1\nValueError: größer\n".encode("utf-16")
    for cut in range(len(text)):
        stepscope.explain(text[:cut])
        stepscope.explain(text[cut:])
