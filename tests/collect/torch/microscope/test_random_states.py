"""The states of the random generators."""

import random

import numpy as np
import pytest
import torch

from stepscope.collect.torch.microscope.watching.random_states import States, distinct


def drawn(own):
    return random.random(), np.random.rand(), float(torch.rand(1)), own.normal()


def test_all_generators_are_put_back():
    own, states = np.random.default_rng(3), States()
    states.watch([own])
    state = states.take()

    first = drawn(own)
    states.put_back(state)
    assert drawn(own) == first


def test_a_second_normal_number_in_store_is_put_back_too():
    states = States()
    states.take()
    for _ in range(3):
        state = states.take()
        first = np.random.randn()
        states.put_back(state)
        assert np.random.randn() == first


@pytest.mark.parametrize("generator", [random.Random(1), np.random.RandomState(1), torch.Generator()], ids=["python", "numpy", "torch"])
def test_generators_of_the_users_own_are_watched(generator):
    def number():
        return float(torch.rand(1, generator=generator)) if isinstance(generator, torch.Generator) else generator.random()

    states = States()
    states.watch([generator, 5, "text"])
    state = states.take()
    first = number()
    states.put_back(state)
    assert number() == first


def test_states_are_told_apart():
    states = States()
    one = states.take()
    same = states.take()
    torch.rand(1)
    other = states.take()

    assert distinct([one, same, other]) == [same, other]
