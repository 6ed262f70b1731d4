"""Module trees of torch, read without calling a module."""

import pytest
import torch
from torch import nn

from stepscope.graph import module_path, named_modules, object_cycle


class Block(nn.Module):
    """A module that may hold others."""

    def __init__(self, **held):
        super().__init__()
        for name, thing in held.items():
            setattr(self, name, thing)


def nested(levels):
    module = nn.Linear(1, 1)
    for _ in range(levels):
        module = nn.Sequential(module)
    return module


def test_names_and_order_are_those_of_torch():
    shared = nn.Linear(2, 2)
    net = Block(stem=nn.Sequential(shared, nn.ReLU()), heads=nn.ModuleDict({"a": shared, "b": nn.Identity()}))
    net.register_module("absent", None)

    assert list(named_modules(net)) == list(net.named_modules())


def test_modules_nested_deeper_than_the_call_stack_are_named():
    net = nested(3000)
    last = list(named_modules(net))[-1]

    assert last[0].count(".") == 2999
    assert module_path(net, last[1]) == last[0]


def test_a_module_that_is_not_there_has_no_path():
    assert module_path(nn.Sequential(nn.ReLU()), nn.ReLU()) is None


def test_a_child_that_registers_its_parent_is_a_circle():
    net = Block(block=Block())
    net.block.parent = net
    circle = object_cycle(net, name="net")

    assert str(circle) == "net.block.parent → net"
    assert circle.objects == (net, net.block)
    assert object_cycle(net, registered=True) == object_cycle(net)


@pytest.mark.parametrize("hide", [lambda net: [net], lambda net: {"up": (net,)}], ids=["list", "dict"])
def test_a_parent_kept_in_a_container_is_a_circle_but_not_a_registered_one(hide):
    net = Block(block=Block())
    net.block.parents = hide(net)

    assert str(object_cycle(net, name="net")).startswith("net.block.parents[")
    assert object_cycle(net, registered=True) is None


def test_a_circle_below_the_root_is_named_from_the_root():
    net = nn.Sequential(nn.Sequential(nn.Identity()))
    net[0].me = net[0]

    assert str(object_cycle(net, name="net")) == "net.0.me → net.0"


def test_the_same_module_in_two_places_is_no_circle():
    shared = nn.Linear(2, 2)

    assert object_cycle(nn.Sequential(shared, nn.Sequential(shared), shared)) is None


def test_no_method_of_a_module_is_called():
    class Trap(nn.Module):
        def __getattribute__(self, name):
            raise AssertionError(name)

    trap = torch.nn.Module.__new__(Trap)
    object.__getattribute__(trap, "__dict__")["_modules"] = {"child": nn.ReLU()}

    assert [path for path, _ in named_modules(trap)] == ["", "child"]
    assert object_cycle(trap) is None


@pytest.mark.parametrize("thing", [None, 3, object(), int, {"a": 1}])
def test_what_is_no_module_is_a_tree_of_its_own(thing):
    assert list(named_modules(thing)) == [("", thing)]
