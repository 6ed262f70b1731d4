from stepscope.diagnose import diagnose
from stepscope.evidence import Failure, Frame, Observation

LINE = Frame("train.py", 12, "main", "print(accuracy_score(trues, preds))", user=True)


def first(*pieces):
    return diagnose("run", [Observation(*pieces)]).findings[0]


def test_lists_of_two_lengths_are_not_told_apart_by_the_order_of_arguments():
    found = first(Failure("ValueError", "Found input variables with inconsistent numbers of samples: [20, 16]", (LINE,)))

    assert found.name == "target-shape-mismatch"
    assert found.headline == "lists of 20 and 16 entries meet, which belong together one by one"
    assert not any("squeeze" in fix for fix in found.fix)
