"""A picture and its mask of two sizes, told from the frames that load them."""

import numpy as np
import pytest
import torch

from stepscope.collect.source import entries
from stepscope.collect.unequal import unequal_of
from stepscope.diagnose import diagnose
from stepscope.evidence import Failure, Frame, Moment, Observation, Unequal


class Scans:
    def __init__(self, image, mask):
        self.pair = image, mask

    def __getitem__(self, index):
        image, mask = self.pair
        return join(image, mask)


def join(img, gt_mask):
    raise ValueError("all the input array dimensions must match exactly")


def seen(image, mask):
    with pytest.raises(ValueError, match="match") as caught:
        Scans(image, mask)[0]
    return unequal_of(list(entries(caught.value.__traceback__)))


@pytest.mark.parametrize(
    ("image", "mask", "sizes"),
    [
        (np.zeros((48, 32, 3)), np.zeros((32, 48)), ((48, 32), (32, 48))),
        (torch.zeros(3, 48, 32), torch.zeros(1, 16, 16), ((48, 32), (16, 16))),
    ],
)
def test_the_two_sizes_are_told_by_the_names_of_the_user(image, mask, sizes):
    assert seen(image, mask) == Unequal("img", "gt_mask", *sizes)


@pytest.mark.parametrize(("image", "mask"), [(np.zeros((32, 32, 3)), np.zeros((32, 32))), (torch.zeros(3, 9, 9), torch.zeros(5)), (torch.zeros(3, 9, 9), torch.ones(12, 4)), (None, np.zeros((2, 2)))])
def test_what_is_of_one_size_or_no_mask_is_not(image, mask):
    assert seen(image, mask) is None


class Boxes:
    def __getitem__(self, index):
        return padded(np.zeros((9, 12)), np.zeros((14, 10)))


def padded(lengths, limits):
    raise ValueError("could not broadcast")


def test_names_that_only_contain_such_a_word_are_neither():
    with pytest.raises(ValueError, match="broadcast") as caught:
        Boxes()[0]

    assert unequal_of(list(entries(caught.value.__traceback__))) is None


def test_boxes_and_points_are_no_masks():
    class Scenes:
        def __getitem__(self, index):
            img, gt_boxes, segments, length = np.zeros((32, 32, 3)), np.zeros((12, 10)), np.zeros((20, 12)), np.zeros((9, 9))
            raise ValueError(f"shapes {img.shape} {gt_boxes.shape} {segments.shape} {length.shape} do not match")

    with pytest.raises(ValueError, match="match") as caught:
        Scenes()[0]

    assert unequal_of(list(entries(caught.value.__traceback__))) is None


LINE = Frame("joint.py", 11, "JointFlip.__call__", "both = np.concatenate([img, mask], -1)", user=True)
LOADING = (Frame("train.py", 9, "main", "for x, y in loader:", user=True), Frame("data.py", 20, "Scans.__getitem__", "...", user=True), LINE)


def told(message, of_mask):
    failure = Failure("ValueError", message, LOADING)
    return diagnose("run", [Observation(failure, Unequal("img", "mask", (48, 32), of_mask), Moment(step=3))]).findings[0]


def test_a_mask_of_another_size_is_the_cause_of_what_does_not_fit():
    found, other = (told("array dimensions must match exactly", size) for size in ((32, 48), (24, 16)))

    assert (found.name, found.headline) == ("segment-mismatch", "`mask` is 32 x 48, its picture `img` 48 x 32")
    assert ("exif_transpose" in found.fix[0], "exif_transpose" in other.fix[0]) == (True, False)


def test_of_a_failure_that_is_about_something_else_it_is_not():
    assert told("low >= high", (24, 16)).name == "augmentation-failure"
