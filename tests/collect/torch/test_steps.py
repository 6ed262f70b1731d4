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
