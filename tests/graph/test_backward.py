"""Reverse-mode differentiation over a graph of the user's own."""

from dataclasses import dataclass, field

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from stepscope.graph import CycleError, backward


@dataclass
class Value:
    """A number with the values that it was computed from, and the derivative by each."""

    data: float
    links: list = field(default_factory=list)

    def __add__(self, other):
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])


def edges(value):
    return [(source, lambda grad, slope=slope: grad * slope) for source, slope in value.links]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 99), st.integers(0, 99)), max_size=20))
def test_the_gradients_are_those_of_torch(program):
    leaves = [1.1, -0.7, 0.4]
    ours = [Value(number) for number in leaves]
    torchs = [torch.tensor(number, dtype=torch.double, requires_grad=True) for number in leaves]
    for nodes in (ours, torchs):
        for add, left, right in program:
            a, b = nodes[left % len(nodes)], nodes[right % len(nodes)]
            nodes.append(a + b if add else a * b)

    found = backward(ours[-1], 1.0, edges=edges)
    torchs[-1].backward()

    for value, tensor in zip(ours[:3], torchs[:3], strict=True):
        expected = 0.0 if tensor.grad is None else tensor.grad.item()
        assert found.get(value, 0.0) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_a_chain_longer_than_any_call_stack_is_differentiated():
    first = value = Value(1.0)
    for _ in range(100_000):
        value = Value(value.data, [(value, 1.0)])

    grads = backward(value, 1.0, edges=edges)

    assert grads[first] == 1.0
    assert len(grads) == 100_001
    assert next(iter(grads)) is value


def test_each_gradient_is_complete_before_it_is_passed_on():
    seen = []
    x = Value(3.0)
    y = x * x
    y.links = [(source, lambda grad: seen.append(grad) or grad) for source, _ in y.links]
    z = y + y

    backward(z, 1.0, edges=lambda value: value.links if value is y else edges(value))

    assert seen == [2.0, 2.0]


def test_an_input_whose_pullback_gives_none_gets_no_gradient():
    x, y = Value(1.0), Value(2.0)
    links = {id(y): [(x, lambda _: None)]}
    grads = backward(y, 1.0, edges=lambda value: links.get(id(value), []))

    assert x not in grads
    with pytest.raises(KeyError, match="Value"):
        grads[x]


def test_the_sum_over_several_edges_can_be_the_users():
    x = Value(1.0)
    grads = backward(x + x, {"w": 1}, edges=edges_of_dicts, accumulate=lambda a, b: {"w": a["w"] + b["w"]})

    assert grads[x] == {"w": 2}


def edges_of_dicts(value):
    return [(source, dict) for source, _ in value.links]


def test_a_cycle_is_named_before_any_pullback_is_called():
    called = []
    x, y = Value(1.0), Value(2.0)
    x.links, y.links = [(y, called.append)], [(x, called.append)]

    with pytest.raises(CycleError, match="Value → Value → Value"):
        backward(x, 1.0, edges=lambda value: value.links)

    assert called == []
