from stepscope.diagnose import diagnose
from stepscope.evidence import Batch, Failure, Frame, Head, Labels, Lookup, Observation, Tensor

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


def stacked(kinds, odd):
    failure = Failure("TypeError", "Could not infer dtype of NoneType", (LINE, Frame("lib/torch/utils/data/_utils/collate.py", 1, "collate")))
    return first(failure, Batch(indices=(14, 15, 16), culprits=(1,), rows=3, kinds=kinds, odd=odd))


def test_a_sample_with_none_for_a_label_has_no_label():
    found = stacked({"(float32[3], int)": (0, 2), "(float32[3], NoneType)": (1,)}, {1: "(float32[3], NoneType)"})

    assert (found.name, found.headline) == ("label-missing", "row 1 (sample 15) has None where the others have int")


def test_a_sample_that_is_none_is_not_told_to_be_resized():
    found = stacked({"(float32[3], int)": (0, 2), "NoneType": (1,)}, {1: "NoneType"})

    assert found.name == "collate-inconsistent-shapes"
    assert not any("resize" in fix for fix in found.fix)


def test_a_column_behind_a_byte_order_mark_is_told_as_such():
    line = Frame("train.py", 9, "Table.__getitem__", "return self.rows[i]['path']", user=True)
    failure = Failure("KeyError", "'path'", (line,), key="'path'")

    assert first(failure, Lookup("self.rows[i]", "'path'", ("\ufeffpath", "label"))).name == "annotation-encoding"
    assert first(failure, Lookup("self.rows[i]", "'path'", ("file", "label"))).name != "annotation-encoding"
