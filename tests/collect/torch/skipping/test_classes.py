"""The class of each sample, read from where data sets of many makes keep it."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas
import pytest
import torch
from torch.utils.data import ConcatDataset, Dataset, Subset, TensorDataset

from stepscope.collect.torch.skipping.classes import class_of

CLASSES = [0, 2, 1, 2]


class Kept(Dataset):
    """A data set of four samples with what it is given as attributes."""

    def __init__(self, **kept):
        vars(self).update(kept)

    def __len__(self):
        return 4

    def __getitem__(self, index):
        raise AssertionError("a class is read, no sample is loaded")


CIRCLE = Kept()
CIRCLE.base = CIRCLE
KNOWN = {
    "a list": Kept(targets=CLASSES),
    "an array": Kept(labels=np.array(CLASSES)),
    "a tensor beside another": TensorDataset(torch.rand(4, 2), torch.tensor(CLASSES)),
    "an image folder": Kept(samples=[(f"{label}/{row}.png", label) for row, label in enumerate(CLASSES)]),
    "pairs under a name of one's own": Kept(entries=[(Path(f"{row}.png"), label) for row, label in enumerate(CLASSES)]),
    "records": Kept(rows=[{"path": "a.png", "label": label} for label in CLASSES]),
    "a table": Kept(frame=pandas.DataFrame({"path": list("abcd"), "Label": CLASSES}, index=[7, 3, 9, 1])),
    "a wrapper": Kept(base=Kept(targets=CLASSES), transform=None),
    "a wrapper around a split": Kept(subset=Subset(TensorDataset(torch.rand(5), torch.tensor([9, *CLASSES])), [1, 2, 3, 4])),
    "a split of a wrapper": Subset(Kept(base=Kept(targets=CLASSES[::-1])), [3, 2, 1, 0]),
    "data sets put together": ConcatDataset([Subset(Kept(targets=CLASSES), [0, 1]), Subset(Kept(rows=[{"y": label} for label in CLASSES]), [2, 3])]),
}
UNKNOWN = {
    "pictures and masks": Kept(pairs=[(f"{row}.png", f"{row}_mask.png") for row in range(4)]),
    "numbers to be told": Kept(y=[0.5, 1.5, 2.5, 3.5]),
    "boxes": Kept(targets=[torch.zeros(2, 4)] * 4),
    "fewer than there are": Kept(targets=[1, 2]),
    "a circle": CIRCLE,
    "objects": Kept(things=[SimpleNamespace(label=1)] * 4),
}


@pytest.mark.parametrize("name", KNOWN)
def test_the_class_is_read_where_it_is_kept(name):
    assert [class_of(KNOWN[name])(index) for index in range(4)] == CLASSES


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_no_class_is_taken_for_none(name):
    assert [class_of(UNKNOWN[name])(index) for index in range(4)] == [None] * 4
