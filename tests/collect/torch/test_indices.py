"""Which samples the heartbeat is told of one by one: all whose loading may run somebody's code."""

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from stepscope.collect.process.heartbeat import Page
from stepscope.collect.torch.loading.indices import teller


class OwnRows(TensorDataset):
    def __getitem__(self, index):
        return super().__getitem__(index)


class OwnTensor(torch.Tensor):
    pass


TENSOR = torch.arange(6.0)
DATASETS = {
    "rows of tensors": (TensorDataset(TENSOR, TENSOR), None),
    "a class of the user's": (OwnRows(TENSOR), 4),
    "tensors of a class of the user's": (TensorDataset(TENSOR.as_subclass(OwnTensor)), 4),
    "a list": (list(range(6)), 4),
}


@pytest.mark.parametrize("case", DATASETS)
def test_a_row_of_plain_tensors_is_not_told_of(case):
    dataset, asked = DATASETS[case]
    page = Page()

    tells = teller(iter(DataLoader(dataset, batch_size=2)), page)
    list(tells([3, 4]) if tells is not None else [])

    assert (page.asked[0] if tells is not None else None) == asked
