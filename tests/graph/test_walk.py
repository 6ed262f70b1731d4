"""Walks and orders over graphs of any size."""

import gc
from itertools import count, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepscope.graph import CycleError, topological, walk

TREE = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}

# Row i names earlier nodes only, so there is no cycle.
graphs = st.lists(st.lists(st.integers(0, 30)), min_size=1, max_size=30).map(
    lambda rows: [[number % at for number in row] if at else [] for at, row in enumerate(rows)]
)


def same(node):
    return node


def test_a_walk_visits_each_node_once_before_what_it_leads_to():
    assert list(walk("a", TREE.get)) == ["a", "b", "d", "c"]


def test_a_walk_goes_deeper_than_the_call_stack():
    assert sum(1 for _ in walk(0, lambda n: [n + 1] if n < 100_000 else [], key=same)) == 100_001


def test_a_walk_over_a_graph_without_end_can_be_cut():
    numbers = count(1)

    assert list(islice(walk(0, lambda _: [next(numbers)]), 4)) == [0, 1, 2, 3]


def test_equal_nodes_are_different_nodes_unless_a_key_says_otherwise():
    edges = {(1,): [[2], [2]]}

    def below(node):
        return edges.get(tuple(node), [])

    assert len(list(walk([1], below))) == 3
    assert len(list(walk([1], below, key=tuple))) == 2


@given(graphs)
def test_topological_order_puts_each_node_before_its_successors(rows):
    order = topological(len(rows) - 1, lambda node: rows[node], key=same)
    place = {node: at for at, node in enumerate(order)}

    assert order[0] == len(rows) - 1
    assert all(place[node] < place[after] for node in order for after in rows[node])


def test_a_node_with_very_many_ways_to_it_is_walked_once():
    order = topological(0, lambda node: [node + 1, node + 1] if node < 100 else [], key=same)

    assert order == list(range(101))


def test_a_cycle_is_named_where_an_order_was_asked_for():
    edges = {"a": ["b"], "b": ["c"], "c": ["d"], "d": ["b"]}

    with pytest.raises(CycleError, match="a cycle of 3 nodes: 'b' → 'c' → 'd' → 'b'") as caught:
        topological("a", edges.get)

    assert caught.value.nodes == ("b", "c", "d")


def test_a_long_cycle_is_named_in_short():
    with pytest.raises(CycleError, match=r"7 → \(992 more\) → 0$") as caught:
        topological(0, lambda node: [(node + 1) % 1000], key=same)

    assert len(caught.value.nodes) == 1000


def test_naming_a_node_runs_no_code_of_its_class():
    class Loud:
        def __repr__(self):
            raise AssertionError

    node = Loud()

    with pytest.raises(CycleError, match=r"1 node: .*Loud → .*Loud"):
        topological(node, lambda _: [node])


def test_the_garbage_collector_is_left_as_it_was_even_after_a_failure():
    def failing(_):
        assert not gc.isenabled()
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        topological(0, failing)
    assert gc.isenabled()

    gc.disable()
    try:
        topological("a", TREE.get)
        assert not gc.isenabled()
    finally:
        gc.enable()
