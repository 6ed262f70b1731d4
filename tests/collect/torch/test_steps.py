"""Steps are counted on where models are trained in turn, and once where several optimizers share them."""

import pytest

from stepscope.collect.torch.steps import Steps


class Optimizer:
    """Whatever steps."""


@pytest.mark.parametrize("order", ["dgdgdg", "ddgddgddg", "gggdgdgdg"])
def test_optimizers_that_share_steps_are_counted_once(order):
    steps = Steps()
    optimizers = {name: Optimizer() for name in set(order)}
    for name in order:
        steps.finished(optimizers[name])

    assert steps.finished_steps == {"dgdgdg": 3, "ddgddgddg": 6, "gggdgdgdg": 6}[order]


def test_models_trained_in_turn_are_counted_on():
    steps = Steps()
    for _ in range(3):
        optimizer = Optimizer()
        for _ in range(5):
            steps.finished(optimizer)

    assert steps.finished_steps == 15


def test_an_optimizer_that_begins_beside_another_shares_its_step():
    steps, leader, late = Steps(), Optimizer(), Optimizer()
    for _ in range(5):
        steps.finished(leader)
    steps.meet(late, beside=True)
    steps.finished(late)

    assert steps.finished_steps == 5
    assert steps.under_way([leader]) == steps.under_way([late]) == 6


def test_a_loss_belongs_to_the_step_that_its_own_optimizer_has_not_finished():
    steps, critic, generator, rare = Steps(), Optimizer(), Optimizer(), Optimizer()
    for optimizer in (rare, *(critic, generator) * 4, critic):
        steps.finished(optimizer)

    assert steps.under_way([generator, critic]) == 5
    assert steps.under_way([critic]) == steps.under_way([rare]) == steps.under_way([]) == 6
