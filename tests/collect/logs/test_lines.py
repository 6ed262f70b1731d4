"""Bytes become lines: encodings, carriage returns, terminal codes, endless lines, and the parts of a large log that are read."""

import io
import tracemalloc

import pytest

from stepscope.collect.logs.lines import BLOCK, LONGEST, read_lines


def texts(data):
    return [line.text for line in read_lines(io.BytesIO(data))]


def test_line_ends_of_all_systems_and_what_a_progress_bar_wrote_over_itself():
    lines = list(read_lines(io.BytesIO(b"one\r\ntwo\n 10%|#\r 20%|##\rdone\nlast")))
    assert [(line.number, line.text) for line in lines] == [(1, "one"), (2, "two"), (3, " 10%|#"), (3, " 20%|##"), (3, "done"), (4, "last")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding):
    assert texts("Epoch 1: Verlust 0,3 é\nValueError: größer als 0\n".encode(encoding)) == ["Epoch 1: Verlust 0,3 é", "ValueError: größer als 0"]


def test_terminal_codes_are_taken_away():
    assert texts(b"\x1b[0;31mValueError\x1b[0m: \x1b]0;title\x07bad\x1b[K\n") == ["ValueError: bad"]


def test_broken_bytes_and_a_torn_code_do_no_harm():
    assert texts(b"caf\xe9\n\x1b[\nend") == ["caf\ufffd", "[", "end"]


def test_a_line_without_end_is_cut():
    lines = texts(b"x" * (5 * BLOCK) + b"\nValueError: after it\n")
    assert len(lines[0]) == LONGEST
    assert lines[-1] == "ValueError: after it"


def test_of_a_large_log_the_failure_is_read_with_its_line_number():
    ordinary = b"".join(b"[rank%d]: step %d loss 2.31 lr 0.1\n" % (n % 8, n) for n in range(400_000))
    failure = b"Traceback (most recent call last):\n  File \"train.py\", line 3, in main\n    step()\nValueError: the middle of the night\n"
    tracemalloc.start()
    lines = list(read_lines(io.BytesIO(ordinary + failure + ordinary)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [line.number for line in lines if line.text.startswith("ValueError")] == [400_004]
    assert lines[-1].number == 800_004
    assert len(lines) < 200_000
    assert peak < 100e6
