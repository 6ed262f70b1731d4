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


def test_so_it_is_where_the_data_set_itself_makes_the_tensor():
    found = first(Failure("ValueError", STRIDES, (LOADED,)))

    assert (found.code, found.headline) == ("AUG101", "an array that was flipped or turned becomes a tensor")
    assert len(found.fix) == 1
    assert ".copy()" in found.fix[0]


def test_an_array_that_may_not_be_written_is_to_be_made_anew():
    cut_out = Frame("train.py", 15, "CutOut.__call__", "img[2:4] = 0", user=True)
    read_only, other = (first(Failure("ValueError", words, (LOADED, cut_out))) for words in ("assignment destination is read-only", "low >= high"))

    assert "np.array(picture)" in read_only.fix[0]
    assert not any("np.array(picture)" in fix for fix in other.fix)
