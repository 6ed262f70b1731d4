"""Real stacks that ran out, and what they are told to be."""

import copy
import os
import pickle

import pytest

from stepscope.collect.recursion import recursion_of
from stepscope.collect.source import entries

pytestmark = pytest.mark.usefixtures("swept")


def run_out(function):
    with pytest.raises(RecursionError) as caught:
        function()
    return recursion_of(caught.value, list(entries(caught.value.__traceback__)))


def walk(folder):
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            walk(path)


def test_a_folder_that_is_walked_again_and_again_is_told(tmp_path):
    def again(folder):
        os.listdir(folder)
        again(folder)

    assert run_out(lambda: again(str(tmp_path))).kind == "folder"


class Node:
    def __init__(self, following=None):
        self.following = following


def chain(length):
    node = None
    for _ in range(length):
        node = Node(node)
    return node


def test_a_copy_of_a_long_chain_is_depth():
    seen = run_out(lambda: copy.deepcopy(chain(2000)))

    assert (seen.kind, seen.endless, seen.circle) == ("copy", False, "")


class Wrapper:
    def __init__(self, model):
        self.model = model

    def __getattr__(self, name):
        return getattr(self.model, name)


def test_a_wrapper_that_looks_for_itself_in_a_copy_is_told():
    seen = run_out(lambda: copy.copy(Wrapper(1)))

    assert seen.kind == "attribute"
    assert "Wrapper" in seen.circle


def test_a_structure_that_holds_itself_is_told_by_its_path():
    batch = {"image": [0], "meta": [1]}
    batch["meta"].append(batch)

    def total(part):
        return sum(map(total, part.values() if isinstance(part, dict) else part)) if isinstance(part, (dict, list)) else part

    seen = run_out(lambda: total(batch))

    assert seen.circle == "batch['meta'][1] → batch"
    assert seen.endless


def test_a_backward_along_a_chain_of_ones_own_is_told():
    class Value:
        def __init__(self, parent):
            self.parent, self.grad = parent, 0.0

        def backward(self):
            self.grad += 1
            if self.parent:
                self.parent.backward()

    end = None
    for _ in range(3000):
        end = Value(end)

    seen = run_out(end.backward)

    assert (seen.kind, seen.endless) == ("graph", False)
    assert seen.times > 500


def test_two_functions_that_call_each_other_are_one_period():
    def even(n):
        return odd(n + 1)

    def odd(n):
        return even(n + 1)

    seen = run_out(lambda: even(0))

    assert len(seen.period) == 2
    assert "→" in seen.folded


def test_a_recursion_of_native_code_is_told_too():
    nested = []
    for _ in range(100_000):
        nested = [nested]

    seen = run_out(lambda: pickle.dumps(nested))

    assert seen is not None
    while nested:
        nested = nested.pop()
