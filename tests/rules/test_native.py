import pytest

from stepscope.diagnose import diagnose
from stepscope.evidence import Failure, Frame, Head, Labels, Machine, Observation, Tensor
from stepscope.finding import Confidence

LINE = Frame("train.py", 12, "main", "loss.item()", user=True)
ASSERT = Failure("RuntimeError", "CUDA error: device-side assert triggered\nCUDA kernel errors might be asynchronously reported", (LINE,))


def first(*pieces):
    return diagnose("run", [Observation(*pieces)]).findings[0]


def test_an_assert_on_the_device_is_only_certain_of_its_line_when_launches_block():
    assert first(ASSERT, Machine()).confidence is Confidence.LIKELY
    assert first(ASSERT, Machine(variables={"CUDA_LAUNCH_BLOCKING": "1"})).confidence is Confidence.CERTAIN
    assert first(ASSERT, Machine()).name == "device-assert"


def test_labels_that_were_seen_to_be_outside_are_the_narrower_name():
    labels = Labels("y", Tensor((4,), "int64"), 10, outside=((2, 12.0),), outside_count=1, total=4)

    assert first(ASSERT, Machine(), labels, Head("fc", "Linear", 10)).name == "label-out-of-range"


@pytest.mark.parametrize(
    "text",
    [
        "CUDA error: an illegal memory access was encountered",
        "CUDA error: misaligned address",
        "CUDA error: unspecified launch failure",
        "cuda runtime error (700) : an illegal memory access was encountered",
    ],
)
def test_a_kernel_in_foreign_memory_is_named_in_all_its_forms(text):
    assert first(Failure("RuntimeError", text, (LINE,)), Machine()).name == "illegal-memory-access"
