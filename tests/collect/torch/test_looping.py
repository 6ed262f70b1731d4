"""The sample that a loop over a batch was at, where the user's own collate function made the batch."""

import pytest
import torch
from torch.utils.data import DataLoader

from stepscope.collect.torch.observe import observe
from stepscope.diagnose import diagnose
from stepscope.evidence import Batch, Indexed

pytestmark = pytest.mark.usefixtures("watched")


class Scenes:
    """Pictures of noise, each with two boxes."""

    def __init__(self, boxes):
        self.boxes = boxes

    def __len__(self):
        return len(self.boxes)

    def __getitem__(self, index):
        return torch.rand(3, 8, 8), torch.tensor(self.boxes[index])


def turned(batch):
    images, boxes = zip(*batch[::-1], strict=True)
    return torch.stack(images), boxes


def sides(boxes):
    wh = boxes[:, 2:] - boxes[:, :2]
    assert (wh > 0).all(), "degenerate boxes"
    return wh


def train(loader):
    for images, boxes in loader:
        for n in range(len(images)):
            sides(boxes[n])


def scenes(bad, at=6):
    good = [[[0.0, 0.0, 2.0 + n, 3.0], [1.0, 1.0, 4.0, 5.0 + n]] for n in range(8)]
    good[at][1] = bad
    return good


def seen(boxes):
    with pytest.raises(AssertionError) as raised:
        train(DataLoader(Scenes(boxes), 4, collate_fn=turned))
    return observe(raised.value)


def test_the_sample_is_the_one_that_has_these_boxes():
    observation = seen(scenes([4.0, 1.0, 1.0, 5.0]))

    batch = observation.get(Batch)
    assert [batch.indices[row] for row in batch.culprits] == [6]
    found = diagnose("train.py", [observation]).findings[0]
    assert (found.name, found.headline) == ("box-reversed", "a box ends before it begins: `wh` goes down to -3")


def test_of_two_samples_with_the_same_boxes_none_is_named():
    boxes = scenes([4.0, 1.0, 1.0, 5.0])
    boxes[5] = boxes[6]

    batch = seen(boxes).get(Batch)

    assert batch is None or not batch.culprits


def test_a_box_without_area_is_not_reversed():
    found = diagnose("train.py", [seen(scenes([4.0, 1.0, 4.0, 5.0]))]).findings[0]

    assert found.name == "box-empty"


class Cells(Scenes):
    """Pictures that are the same each time, and the cells of their objects."""

    def __getitem__(self, index):
        return torch.full((3, 4, 4), float(index)), torch.tensor(self.boxes[index])


class Noise(Cells):
    def __getitem__(self, index):
        return torch.rand(3, 4, 4), torch.tensor(self.boxes[index])


def numbered(batch):
    images, cells = zip(*batch, strict=True)
    return torch.stack(images), torch.cat([torch.cat([torch.full((len(c), 1), n), c], 1) for n, c in enumerate(cells)])


def turned_and_numbered(batch):
    return numbered(batch[::-1])


def assign(images, cells):
    target = torch.zeros(len(images), 4, 4)
    b, ij = cells[:, 0], cells[:, 1:]
    target[b, ij[:, 1], ij[:, 0]] = 1
    return target


def assign_all(loader):
    for images, cells in loader:
        assign(images, cells)


@pytest.mark.parametrize(
    ("kind", "collate", "blamed"),
    [(Cells, numbered, [6]), (Cells, turned_and_numbered, [6]), (Noise, numbered, [])],
    ids=["in order", "in another order", "not the same again"],
)
def test_a_cell_past_the_grid_is_blamed_on_the_row_in_the_same_brackets(kind, collate, blamed):
    cells = [[[0, 1], [2, 3]] for _ in range(8)]
    cells[6] = [[0, 1], [2, 9]]
    with pytest.raises(IndexError) as raised:
        assign_all(DataLoader(kind(cells), 4, collate_fn=collate))

    observation = observe(raised.value)

    batch = observation.get(Batch)
    assert [batch.indices[row] for row in batch.culprits] == blamed
    assert observation.get(Indexed).name == "ij[:, 1]"
