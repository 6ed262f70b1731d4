"""Nested and circular Python data."""

from dataclasses import dataclass
from typing import Any

import pytest

from stepscope.graph import CycleError, depth, find_object_cycle


@dataclass(eq=False)
class Sample:
    owner: Any = None


class Slotted:
    __slots__ = ("next", "unset")


def test_a_batch_that_holds_itself_is_told_as_an_access_path():
    batch = {"image": [1, 2], "meta": []}
    batch["meta"].append(batch)
    circle = find_object_cycle(batch, name="batch")

    assert str(circle) == "batch['meta'][0] → batch"
    assert circle.path == ("batch", "['meta']", "[0]")
    assert circle.objects[0] is batch
    assert circle == find_object_cycle(batch, name="batch")


def test_the_circle_may_begin_below_the_root():
    sample = Sample()
    sample.owner = (sample,)

    assert str(find_object_cycle([0, sample], name="data")) == "data[1].owner[0] → data[1]"


def test_slots_and_sets_are_followed():
    thing = Slotted()
    thing.next = frozenset([thing])

    assert str(find_object_cycle(thing)) == "root.next{Slotted} → root"


def test_the_circle_nearest_to_the_root_is_told():
    far, near = [], []
    far.append(far)
    near.append(near)

    assert str(find_object_cycle([[[far]], near])) == "root[1][0] → root[1]"


def test_what_is_merely_shared_is_no_circle():
    shared = [1]

    assert find_object_cycle([shared, {"a": shared}, (shared, shared)]) is None


def test_functions_classes_and_imported_modules_are_not_searched():
    def function():
        """Hold itself as an attribute."""

    function.me = function

    assert find_object_cycle([function]) is None
    assert depth([function, Sample, pytest]) == 1


def test_the_search_stays_within_its_limit():
    data = []
    for _ in range(100):
        data = [data]
    inner = data
    while inner[0]:
        inner = inner[0]
    inner.append(data)

    assert find_object_cycle(data) is not None
    assert find_object_cycle(data, max_nodes=50) is None
    assert depth([0] * 1000, max_nodes=10) == 1


def test_no_code_of_an_object_runs():
    class Trap(dict):
        def __getattribute__(self, name):
            raise AssertionError(name)

        __iter__ = __len__ = __eq__ = items = __class_getitem__ = None
        __hash__ = object.__hash__

    trap = Trap(key=[])
    trap_list = dict.__getitem__(trap, "key")
    trap_list.append(trap)

    assert str(find_object_cycle(trap, name="trap")) == "trap['key'][0] → trap"


def test_a_property_in_place_of_the_attributes_is_not_asked():
    class Proxy:
        @property
        def __dict__(self):
            raise AssertionError

    assert find_object_cycle([Proxy()]) is None


@pytest.mark.parametrize(("data", "levels"), [([], 1), ([1, [2]], 2), ({"a": (1, [{}])}, 4)])
def test_depth_counts_the_levels(data, levels):
    assert depth(data) == levels


def test_depth_goes_beyond_the_call_stack():
    data = []
    for _ in range(20_000):
        data = [data]

    assert depth(data) == 20_001


def test_depth_of_a_circle_names_it():
    data = []
    data.append({"again": data})

    with pytest.raises(CycleError, match="list → dict → list"):
        depth(data)
