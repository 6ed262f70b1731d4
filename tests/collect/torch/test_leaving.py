"""A data set that only a `for` line holds: it stays for as long as an exception needs it, and no longer."""

import gc
import weakref

import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from stepscope.collect.torch.loading.loaders import LOADERS

pytestmark = pytest.mark.usefixtures("watched")


class Words(Dataset):
    def __len__(self):
        return 6

    def __getitem__(self, index):
        return torch.tensor([index, 6])


def raising(batches):
    for batch in batches():
        torch.zeros(5)[batch]


def broken_off(batches):
    for _ in batches():
        break


def gone_through(batches):
    for _ in batches():
        pass


def peeked(batches):
    next(iter(batches()))


def passed_on(batches):
    yield from batches()


def latest():
    gc.collect()
    return LOADERS.recent()[0].dataset


WAYS = {
    "for": lambda: DataLoader(Words(), 2),
    "zip": lambda: zip(DataLoader(Words(), 2), "abc", strict=True),
    "generator": lambda: passed_on(lambda: DataLoader(Words(), 2)),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_exception_that_leaves_the_loop_leaves_its_data_set(way):
    with pytest.raises(IndexError):
        raising(WAYS[way])

    assert isinstance(latest(), Words)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("loop", [broken_off, gone_through, peeked])
def test_a_loop_that_ends_lets_its_data_set_go(loop, way):
    loop(WAYS[way])

    assert latest() is None


def test_a_list_stays_too_and_the_next_pass_lets_it_go():
    with pytest.raises(IndexError):
        raising(lambda: DataLoader([Words()[index] for index in range(6)], 2))
    history = weakref.ref(LOADERS.recent()[0])
    assert len(history().dataset) == 6

    gone_through(WAYS["for"])

    assert history() is None
