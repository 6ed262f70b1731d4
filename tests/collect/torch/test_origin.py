"""When the numbers of a tensor are those of a field of the batch."""

import pytest
import torch

from stepscope.collect.torch.blaming.origin import comes_from

LABELS = torch.tensor([1, 4, 4, 2, 6, 0, 9, 3])


@pytest.mark.parametrize(
    "tensor",
    [LABELS, LABELS[:2], LABELS.clone(), LABELS.flip(0), LABELS.sort().values, LABELS.repeat(2), LABELS.repeat_interleave(3), LABELS[LABELS > 1], LABELS[:, None].clone()],
)
def test_a_field_moved_masked_or_repeated_is_the_batchs(tensor):
    assert comes_from(tensor, LABELS)


@pytest.mark.parametrize("tensor", [torch.arange(8), torch.arange(64), torch.tensor([5, 7, 2, 0, 6, 1, 3, 4]), torch.tensor([9]), torch.tensor([4, 9])])
def test_numbers_of_the_programs_own_making_are_not(tensor):
    assert not comes_from(tensor, LABELS)


def test_what_the_loss_ignores_is_not_compared():
    masked = torch.where(LABELS > 1, LABELS, -100)
    assert comes_from(masked, LABELS, -100)
