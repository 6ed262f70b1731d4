"""Graphs that torch recorded."""

import subprocess
import sys

import torch

from stepscope.graph import autograd_depth, count_nodes

LONG = """
import torch
from stepscope.graph import autograd_depth, count_nodes
x = torch.ones(1, requires_grad=True)
for _ in range(100_000):
    x = x + 1
assert count_nodes(x.grad_fn) == autograd_depth(x.grad_fn) == 10_000
del x
"""


def weight():
    return torch.ones(3, requires_grad=True)


def test_each_node_counts_once():
    w = weight()
    y = w * w
    loss = (y + y).sum()

    # Sum, add, mul, and the node that adds into `w.grad`.
    assert count_nodes(loss.grad_fn) == 4


def test_depth_is_that_of_the_longest_way():
    w = weight()
    loss = (w.exp().log().sin() + w).sum()

    assert autograd_depth(loss.grad_fn) == 6


def test_the_count_stops_at_the_limit():
    x = weight()
    for _ in range(100):
        x = x + 1

    assert count_nodes(x.grad_fn, limit=10) == 10
    assert autograd_depth(x.grad_fn, limit=10) == 10
    assert count_nodes(x.grad_fn) == 101


def test_a_long_graph_that_was_counted_can_still_be_let_go():
    run = subprocess.run([sys.executable, "-c", LONG], capture_output=True, text=True, check=False)

    assert (run.returncode, run.stderr) == (0, "")
