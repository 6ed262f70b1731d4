"""Cycles found in any graph."""

import networkx
from hypothesis import given
from hypothesis import strategies as st

from stepscope.graph import cycles, find_cycle

graphs = st.integers(1, 12).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, size - 1), max_size=4), min_size=size, max_size=size)
)


def same(node):
    return node


def test_a_graph_without_a_cycle_has_none():
    assert find_cycle(0, lambda node: [node + 1, node + 2] if node < 20 else [], key=same) is None


def test_a_cycle_of_a_hundred_thousand_nodes_is_found():
    cycle = find_cycle(0, lambda node: [(node + 1) % 100_000], key=same)

    assert cycle == tuple(range(100_000))


def test_the_short_cut_through_a_long_cycle_is_what_is_shown():
    edges = {number: [number + 1] for number in range(9)} | {9: [0], 2: [3, 0]}

    assert find_cycle(0, edges.get) == (0, 1, 2)


@given(graphs)
def test_what_is_found_is_a_cycle_of_the_graph(rows):
    cycle = find_cycle(0, lambda node: rows[node], key=same)
    reached = networkx.DiGraph([(node, after) for node in _reached(rows) for after in rows[node]])

    if cycle is None:
        assert networkx.is_directed_acyclic_graph(reached)
    else:
        assert all(after in rows[node] for node, after in zip(cycle, cycle[1:] + cycle[:1], strict=True))
        assert len(set(cycle)) == len(cycle)


@given(graphs)
def test_the_cyclic_sets_are_those_of_networkx(rows):
    found = cycles(0, lambda node: rows[node], key=same)
    whole = networkx.DiGraph([(node, after) for node in _reached(rows) for after in rows[node]])
    expected = [
        group
        for group in networkx.strongly_connected_components(whole)
        if len(group) > 1 or any(whole.has_edge(node, node) for node in group)
    ]

    assert sorted(map(sorted, found)) == sorted(map(sorted, expected))


def _reached(rows):
    reached, ahead = set(), {0}
    while ahead:
        reached |= ahead
        ahead = {after for node in ahead for after in rows[node]} - reached
    return reached
