import pytest

from stepscope.diagnose import diagnose
from stepscope.evidence import (
    Call,
    Failure,
    Frame,
    Head,
    Indexed,
    Labels,
    Layer,
    Moment,
    Observation,
    Operand,
    Remainder,
    Stage,
    Tensor,
)

LINE = Frame("model.py", 12, "Model.forward", "return self.head(self.words(x))", user=True)
SAME = "expected m1 and m2 to have the same dtype, but got: c10::BFloat16 != float"


def first(*pieces):
    return diagnose("run", [Observation(*pieces)]).findings[0]


def test_ids_with_a_point_are_to_become_whole_numbers_not_floats():
    words = "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.FloatTensor instead"
    call = Call("embedding", (Operand("input", Tensor((5, 5), "float32")), Operand("weight", Tensor((10, 4), "float32"))))
    layer = Layer("words", "Embedding", "Model", parameters={"weight": Tensor((10, 4), "float32")})

    found = first(Failure("RuntimeError", words, (LINE,)), call, layer)

    assert found.headline == "float32 indices are given to embedding, which takes int64"
    assert ".long()" in found.fix[0]
    assert not any("float" in fix for fix in found.fix)


@pytest.mark.parametrize(
    "others", [(), (Operand("proto.t()", Tensor((16, 5), "float32")),)], ids=["one operand is known", "both operands are known"]
)
def test_two_types_that_differ_are_not_told_as_one_that_is_not_taken(others):
    found = first(Failure("RuntimeError", SAME, (LINE,)), Call("matmul", (Operand("q", Tensor((4, 16), "bfloat16")), *others)))

    assert found.headline == "matmul meets bfloat16 and float32"


PAST = Failure("IndexError", "index 48 is out of bounds for dimension 0 with size 47", (Frame("train.py", 9, "mix", "return x[perm], batch['y'][perm]", "batch['y'][perm]", user=True),))
PERM = Indexed("perm", Tensor((50,), "int64", minimum=0, maximum=49), 47)


def test_an_order_for_a_full_batch_is_told_by_the_short_last_one():
    found = first(PAST, PERM, Remainder(47, 50), Moment())

    assert (found.code, found.headline) == ("SHP112", "`perm` goes up to 49, this batch has 47 rows")
    assert "drop_last=True" in found.fix[1]


def test_an_index_that_asks_no_table_is_not_told_to_enlarge_one():
    found = first(PAST, PERM)

    assert (found.code, found.headline) == ("SHP110", "index 49 of `perm` asks an axis of 47")
    assert not any("table" in fix for fix in found.fix)


@pytest.mark.parametrize(("pieces", "code"), [((), "SHP110"), ((Remainder(5, 64), Moment()), "SHP112")])
def test_targets_that_are_rows_of_the_batch_are_no_labels_of_a_head(pieces, code):
    target = Labels("pos", Tensor((10,), "int64", minimum=64, maximum=73), 10, outside=((0, 64.0), (9, 73.0)), outside_count=10, total=10)
    line = Frame("loss.py", 9, "info_nce", "return F.cross_entropy(s, pos)", user=True)
    failure = Failure("IndexError", "Target 64 is out of bounds.", (line, Frame("torch/nn/functional.py", 3, "cross_entropy")))

    found = first(failure, target, Head("", "", 10), *pieces)

    assert found.code == code
    assert not any("head" in fix for fix in found.fix)


def test_topk_has_words_of_its_own():
    found = first(Failure("RuntimeError", "selected index k out of range", (LINE,)))

    assert (found.code, found.headline) == ("SHP110", "topk asks for more entries than there are")
    assert "min(k" in found.fix[0]


@pytest.mark.parametrize("says", ["Input and output sizes should be greater than 0, but got input (H: 26, W: 0)", "Padding size should be less than the corresponding input dimension"])
def test_a_sample_that_is_too_small_is_not_told_as_a_feature_map(says):
    found = first(Failure("RuntimeError", says, (Frame("data.py", 3, "Crops.__getitem__", "F.interpolate(crop)", user=True), Frame("torch/nn/functional.py", 9, "interpolate"))))

    assert (found.code, found.stage) == ("DAT103", Stage.DATA)
    assert not any("pooling" in fix for fix in found.fix)


def test_an_index_without_its_axis_is_a_matter_of_shapes():
    line = Frame("dqn.py", 8, "learn", "qa = q(s).gather(1, a)", user=True)
    found = first(Failure("RuntimeError", "Index tensor must have the same number of dimensions as input tensor", (line,)), Moment(around=Stage.DATA))

    assert (found.code, found.stage) == ("SHP102", Stage.FORWARD)
    assert "unsqueeze(1)" in found.fix[0]


@pytest.mark.parametrize(
    ("shape", "count", "advice"),
    [
        ("[4, 3, 9, 12, 12]", 13824, "with 8 in place of 9 on axis 2"),
        ("[32, 10]", 40, "4 rows of 10"),
        ("[4, 6, 6]", 288, "8 rows of 36"),
        ("[4, 7, 5]", 33, "do not fill this shape"),
        ("[5, 6, -1]", 32, "do not fill this shape"),
    ],
)
def test_a_shape_that_is_not_filled_is_told_by_the_axis_that_would_fit(shape, count, advice):
    found = first(Failure("RuntimeError", f"shape '{shape}' is invalid for input of size {count}", (LINE,)))

    assert advice in found.fix[0]
