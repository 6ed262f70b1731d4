"""Which samples are longer than a table has rows."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

from stepscope.collect.torch.observe import observe
from stepscope.evidence import Batch

pytestmark = pytest.mark.usefixtures("watched")


def padded(samples):
    samples = sorted(samples, key=len)
    return pad_sequence(samples, batch_first=True)


class Learned(nn.Module):
    def __init__(self):
        super().__init__()
        self.places = nn.Parameter(torch.zeros(8, 4))
        self.words = nn.Embedding(9, 4)

    def forward(self, x):
        return self.words(x) + self.places[: x.shape[1]]


class Counted(Learned):
    def __init__(self):
        super().__init__()
        self.place = nn.Embedding(8, 4)

    def forward(self, x):
        return self.words(x) + self.place(torch.arange(x.shape[1]))


def epoch(model, lengths):
    for x in DataLoader([torch.ones(length, dtype=torch.long) for length in lengths], 4, collate_fn=padded):
        model(x)


def blamed(model, lengths):
    with pytest.raises((RuntimeError, IndexError)) as caught:
        epoch(model, lengths)
    batch = observe(caught.value).get(Batch)
    return [batch.indices[row] for row in batch.culprits]


@pytest.mark.parametrize("model", [Learned, Counted])
def test_the_samples_that_are_longer_than_the_table_are_named(model):
    assert blamed(model(), [8, 3, 5, 2, 4, 12, 6, 9]) == [5, 7]


def test_where_all_are_longer_the_table_is_too_short_and_no_sample_is_named():
    assert blamed(Learned(), [9, 12, 10, 9]) == []


def test_a_batch_that_was_not_padded_to_one_of_them_proves_nothing():
    class Widened(Learned):
        def forward(self, x):
            return super().forward(nn.functional.pad(x, (1, 0)))

    assert blamed(Widened(), [8, 3, 5, 2]) == []
