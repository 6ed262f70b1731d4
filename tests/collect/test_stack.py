"""Call stacks that repeat."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepscope.collect.repetition import longest_repetition
from stepscope.collect.stack import Entry, describe, fold


def calls(names, keys=None):
    keys = keys or [None] * len(names)
    return [Entry("net.py", 1, name, key) for name, key in zip(names, keys, strict=True)]


def test_two_modules_that_call_each_other_fold_to_one_line():
    folded = fold(calls(["main", *["Block.forward", "Child.forward"] * 493, "Block.forward", "relu"]))

    assert describe(folded) == "`Block.forward → Child.forward`, 2 frames, 493 times"
    assert [entry.function for entry in folded.prefix] == ["main"]
    assert [entry.function for entry in folded.suffix] == ["Block.forward", "relu"]


def test_a_function_that_calls_itself_is_one_frame():
    assert describe(fold(calls("m" + "f" * 990 + "xyz"))) == "`f`, 1 frame, 990 times"


def test_a_function_may_stand_twice_in_a_period():
    assert describe(fold(calls("ma" + "fgfh" * 200 + "fg"))) == "`f → g → f → h`, 4 frames, 200 times"


def test_a_long_period_is_shown_in_short():
    assert describe(fold(calls("abcdefgh" * 50))) == "`a → b → c → d → e → … → h`, 8 frames, 50 times"


def test_a_stack_without_repetition_does_not_fold():
    assert fold(calls("abcdef")) is None
    assert fold([]) is None


def test_branches_of_one_function_fold_and_show_the_line_most_often_taken():
    lines = [12, 15, 12, 12, 15, 12, 12, 15]
    folded = fold([Entry("walk.py", line, "visit") for line in lines])

    assert (folded.times, folded.period[0].line) == (8, 12)


def test_functions_of_one_name_in_two_files_are_two():
    stack = [Entry(f"{at % 2}.py", 1, "forward") for at in range(100)]

    assert len(fold(stack).period) == 2


def test_a_stack_of_a_hundred_thousand_calls_folds():
    assert fold(calls("main" + "abc" * 33_000 + "xyz")).times == 33_000


@pytest.mark.parametrize(
    ("keys", "same"),
    [
        ([1, 2] * 50, True),
        ([7, 1, 2, 3, 4, *[5, 6] * 47, 5], True),
        (list(range(100)), False),
        ([*range(60), *range(40)], None),
        ([None] * 100, None),
    ],
    ids=["circle", "way into a circle", "depth", "unclear", "unknown"],
)
def test_whether_the_calls_come_back_to_the_same_objects(keys, same):
    assert fold(calls("f" * 100, keys)).same_objects is same


def test_the_iterator_of_a_comprehension_tells_nothing():
    keys = [7 if at % 2 else at for at in range(100)]

    assert fold(calls(["visit.<locals>.<listcomp>", "visit"] * 50, keys)).same_objects is True


def test_places_that_disagree_tell_nothing():
    keys = [7 if at % 2 else at for at in range(100)]

    assert fold(calls(["visit_node", "Visitor.visit"] * 50, keys)).same_objects is None


@given(
    st.text("ab", max_size=6),
    st.text("abc", min_size=1, max_size=5),
    st.integers(7, 40),
    st.text("abc", max_size=6),
)
def test_a_fold_reconstructs_its_stack(prefix, period, times, suffix):
    stack = calls(prefix + period * times + suffix)
    folded = fold(stack)

    assert [*folded.prefix, *folded.period * folded.times, *folded.suffix] == stack
    assert len(folded.period) * folded.times + len(folded.period) > len(period) * times


@given(st.text("ab", max_size=24))
def test_the_repetition_is_the_longest_there_is(text):
    expected = max(
        (
            (end - start, -period)
            for start in range(len(text))
            for end in range(start, len(text) + 1)
            for period in range(1, (end - start) // 2 + 1)
            if text[start : end - period] == text[start + period : end]
        ),
        default=None,
    )
    found = longest_repetition(text)

    assert (found and (found.length, -found.period)) == expected
