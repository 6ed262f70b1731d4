"""What stands before a line: peeled off, and kept."""

import pytest

from stepscope.collect.logs.prefixes import are_labelled, peel


@pytest.mark.parametrize(
    ("line", "text", "speaker", "rank"),
    [
        ("[rank3]: Traceback (most recent call last):", "Traceback (most recent call last):", "3", 3),
        ("[rank3]:   File \"a.py\", line 1, in f", '  File "a.py", line 1, in f', "3", 3),
        ("[default1]:ValueError: x", "ValueError: x", "1", 1),
        ("[1,2]<stderr>:ValueError: x", "ValueError: x", "2", 2),
        ("(RayTrainWorker pid=4411, ip=10.0.0.4) ValueError: x", "ValueError: x", "RayTrainWorker pid=4411, ip=10.0.0.4", None),
        ("trainer-1  | ValueError: x", "ValueError: x", "trainer-1", None),
        ("2026-11-20T12:00:01.123456789Z stderr F ValueError: x", "ValueError: x", "", None),
        ("2026-11-20 12:00:01,123 - trainer - ERROR - ValueError: x", "ValueError: x", "", None),
        ("[2026-11-20 12:00:01,123] [INFO] [launch.py:319:main] started", "[launch.py:319:main] started", "", None),
        ("E1120 12:00:01.123456 4321 port.cc:153] ValueError: x", "ValueError: x", "", None),
        ("| layer | params |", "| layer | params |", "", None),
        ("conv1 | 3x3 | 64", "conv1 | 3x3 | 64", "", None),
        ("  File \"a.py\", line 1, in f", '  File "a.py", line 1, in f', "", None),
        ("12:30 is no time with seconds", "12:30 is no time with seconds", "", None),
    ],
)
def test_prefixes(line, text, speaker, rank):
    peeled = peel(1, line)
    assert (peeled.text, peeled.speaker, peeled.rank) == (text, speaker, rank)


def test_levels_are_kept():
    assert peel(1, "2026-11-20 12:00:01,123 - trainer - ERROR - lost").level == "ERROR"
    assert peel(1, "W1120 12:00:01.123456 4321 port.cc:153] slow").level == "WARNING"


def test_numbers_before_each_line_are_tasks_only_where_most_lines_have_one():
    labelled = [f"{n % 4}: step {n}" for n in range(40)]
    assert are_labelled(labelled)
    assert peel(1, "3: ValueError: x", labelled=True).rank == 3
    assert not are_labelled([*labelled[:3], *(f"loss {n}" for n in range(40))])
    assert not are_labelled([f"0: 480x640 {n} persons" for n in range(40)])
