from stepscope.diagnose import diagnose
from stepscope.evidence import Failure, Frame, Head, Labels, Observation, Tensor

LINE = Frame("train.py", 12, "main", "print(accuracy_score(trues, preds))", user=True)


def first(*pieces):
    return diagnose("run", [Observation(*pieces)]).findings[0]


def test_lists_of_two_lengths_are_not_told_apart_by_the_order_of_arguments():
    found = first(Failure("ValueError", "Found input variables with inconsistent numbers of samples: [20, 16]", (LINE,)))

    assert found.name == "target-shape-mismatch"
    assert found.headline == "lists of 20 and 16 entries meet, which belong together one by one"
    assert not any("squeeze" in fix for fix in found.fix)


def test_what_is_not_to_be_counted_is_no_ignore_index_where_there_is_none():
    failure = Failure("RuntimeError", "Class values must be non-negative.", (LINE,))
    labels = Labels("y", Tensor((8,), "int64", minimum=-1, maximum=2), 3, outside=((6, -1.0),), outside_count=1, total=8)

    found = first(failure, labels, Head("", "", 3))

    assert found.name == "label-out-of-range"
    assert found.fix[0] == "If -1 marks what is not to be counted, leave it out first: `keep = y >= 0`."
    assert not any("ignore_index" in fix for fix in found.fix)
