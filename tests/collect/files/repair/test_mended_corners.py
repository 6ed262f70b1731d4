"""Boxes put right."""

import math

import pytest

from stepscope.collect.files.repair.corners import Mended, mended, number


@pytest.mark.parametrize(
    ("before", "after", "deeds"),
    [
        ((1, 2, 3, 4), (1, 2, 3, 4), ()),
        ((3, 4, 1, 2), (1, 2, 3, 4), ("sorted",)),
        ((-5, 2, 30, 90), (0, 2, 30, 80), ("clipped",)),
        ((130, 2, 60, 40), (60, 2, 120, 40), ("sorted", "clipped")),
        ((5, 5, 5, 9), None, ("empty",)),
        ((200, 5, 240, 9), (200, 5, 240, 9), ()),
        ((0, 0, 120.0001, 80), (0, 0, 120.0001, 80), ()),
    ],
)
def test_a_box_in_an_image_of_120_by_80(before, after, deeds):
    assert mended(before, 120, 80) == Mended(after, deeds)


def test_a_box_is_not_clipped_to_an_image_whose_size_is_not_known():
    assert mended((-5, 2, 30, 900), 0, 0) == Mended((-5, 2, 30, 900))


def test_a_box_that_is_no_number_is_left():
    assert mended((math.nan, 0, 1, 1), 120, 80).deeds == ()


def test_numbers_are_written_as_people_do():
    assert [number(value) for value in (3.0, 0.5, 1 / 3, 87.0000000001, -1e-9)] == ["3", "0.5", "0.333333", "87", "0"]
