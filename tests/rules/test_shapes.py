import pytest

from stepscope.diagnose import diagnose
from stepscope.evidence import Call, Failure, Frame, Layer, Observation, Operand, Tensor

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
