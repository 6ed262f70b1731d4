import pytest

from stepscope.diagnose import diagnose
from stepscope.evidence import Batch, Failure, Frame, Observation

FLIP = Frame("data.py", 6, "to_tensor", "return torch.from_numpy(image)", user=True)
MIX = Frame("train.py", 9, "CutMix.__call__", "return x[order]", user=True)
LOADED = Frame("data.py", 9, "Photos.__getitem__", "return to_tensor(image)", user=True)
STRIDES = "At least one stride in the given numpy array is negative, and tensors with negative strides are not currently supported."


def first(*pieces):
    return diagnose("run", [Observation(*pieces)]).findings[0]


def test_a_flipped_array_is_to_be_copied():
    found = first(Failure("ValueError", STRIDES, (LOADED, FLIP)), Batch())

    assert found.code == "AUG101"
    assert ".copy()" in found.fix[0]


@pytest.mark.parametrize("pieces", [(), (Batch(),)])
def test_where_a_whole_batch_is_transformed_no_named_sample_is_spoken_of(pieces):
    found = first(Failure("ValueError", "low >= high", (MIX,)), *pieces)

    assert found.code == "AUG101"
    assert not any("named sample" in fix for fix in found.fix)
