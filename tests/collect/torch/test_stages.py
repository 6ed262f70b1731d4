"""The stage of real failures, by the functions that were running and by the place in the loop."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from stepscope.collect.process.heartbeat import Page
from stepscope.collect.torch import hooks
from stepscope.collect.torch.observe import observe
from stepscope.collect.torch.stages import LOSS_CLASSES
from stepscope.evidence import Moment, Stage

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def watched():
    hooks.install(lambda number: None, lambda exception, number: None)
    hooks.use_page(Page())
    yield
    hooks.release()


def moment(function):
    with pytest.raises(Exception) as caught:  # noqa: PT011
        function()
    return observe(caught.value).get(Moment)


def broken(value):
    return value[None]


class Steps:
    """A loop of three steps in which something of the user's own fails in the second one, at this place."""

    def __init__(self, place):
        self.place = place
        self.model = nn.Linear(4, 2)
        self.optimizer = torch.optim.SGD(self.model.parameters(), 0.1)

    def at(self, place, number):
        if (place, number) == (self.place, 1):
            broken({})

    def run(self):
        for number in range(3):
            self.at("first", number)
            scores = self.model(torch.randn(8, 4))
            self.at("after the forward", number)
            loss = F.cross_entropy(scores, torch.zeros(8, dtype=torch.long))
            loss.backward()
            self.at("after the backward", number)
            self.optimizer.step()
            self.at("after the step", number)
        self.at("after the loop", 1)


@pytest.mark.parametrize(
    ("place", "stage", "step"),
    [
        ("first", Stage.DATA, 2),
        ("after the forward", Stage.LOSS, 2),
        ("after the backward", Stage.OPTIMIZER, 2),
        ("after the step", Stage.LOGGING, 2),
        ("after the loop", Stage.LOGGING, 3),
    ],
)
def test_a_helper_without_a_telling_name_is_told_by_what_comes_before_and_after_it(place, stage, step):
    seen = moment(Steps(place).run)

    assert (seen.stage, seen.around, seen.step) == (None, stage, step)


def test_what_is_prepared_before_a_loop_is_no_part_of_it():
    def main():
        model = nn.Linear(4, 2)
        broken({})
        for _ in range(3):
            model(torch.randn(2, 4)).sum().backward()

    assert moment(main).around is None


def test_between_two_loops_no_place_is_told():
    def main():
        first, second = nn.Linear(4, 2), nn.Linear(4, 2)
        for _ in range(3):
            first(torch.randn(2, 4)).sum().backward()
        broken({})
        for _ in range(3):
            second(torch.randn(2, 4)).sum().backward()

    assert moment(main).around is None


class Nothing(Dataset):
    def __len__(self):
        return 8

    def __getitem__(self, index):
        return None


def test_whatever_its_name_a_collate_function_collates():
    def some(samples):
        return torch.stack([sample for sample in samples if sample is not None])

    assert moment(lambda: list(DataLoader(Nothing(), 4, collate_fn=some))).stage is Stage.COLLATE


class Dice(nn.Module):
    def forward(self, scores, target):
        return 1 - (scores.flatten(1) * target.flatten(1)).mean()


def test_a_loss_is_known_by_its_class():
    assert moment(lambda: Dice()(torch.rand(4, 2, 8, 8), torch.rand(4, 8, 8))).stage is Stage.LOSS


class SmoothCE(nn.Module):
    def forward(self, scores, target):
        return -scores.log_softmax(-1).gather(1, target[:, None]).mean()


def test_the_abbreviations_of_losses_are_known_too():
    assert moment(lambda: SmoothCE()(torch.rand(4, 2), torch.tensor([0, 1, 2, 0]))).stage is Stage.LOSS
    assert not LOSS_CLASSES.search("SqueezeFACE")
    assert not any(LOSS_CLASSES.search(name) for name in ("Workspace", "Slice", "Sequence"))


def test_what_a_logger_of_the_users_own_writes_is_logging():
    writer = None

    def scalar(value):
        writer.add_scalar("loss", value)

    assert moment(lambda: scalar(1.0)).stage is Stage.LOGGING
