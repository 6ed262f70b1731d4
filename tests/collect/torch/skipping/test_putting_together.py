"""Batches that cannot be put together: the samples that are at fault are replaced by such as fit, whatever the collate function raises or changes."""

import pytest
import torch
from tests.collect.torch.skipping.test_skipping import Numbers, seen
from torch.utils.data import DataLoader, Dataset, IterableDataset

import stepscope


class Crossed(Exception):
    """An exception that cannot be made of one text."""

    def __init__(self, number, box):
        super().__init__(f"box {box} of {number}")


class Boxes(Dataset):
    """One box or two for each image, so that samples are of several shapes; some boxes end before they begin."""

    def __init__(self, crossed=(), size=40):
        self.crossed, self.size = set(crossed), size

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        boxes = torch.tensor([[0.0, 0.0, 4.0, 4.0]] * (1 + index % 2))
        return {"boxes": -boxes if index in self.crossed else boxes, "number": index}


def checked(samples):
    """Refuses crossed boxes, and takes the numbers out of the samples."""
    for sample in samples:
        for box in sample["boxes"].tolist():
            if box[2] <= box[0]:
                raise Crossed(sample["number"], box)
    return [sample.pop("boxes") for sample in samples], [sample.pop("number") for sample in samples]


def numbers_of(dataset, **options):
    with stepscope.guard(quiet=True, skip_bad_samples=100) as guard:
        handed = [number for _, numbers in DataLoader(dataset, collate_fn=checked, **options) for number in numbers]
    return handed, [(bad.index, bad.stage, bad.reason.partition(":")[0]) for bad in guard.report.skipped] if guard.report else []


@pytest.mark.parametrize("options", [{"batch_size": 8}, {"batch_size": 8, "num_workers": 2}, {"batch_size": 1}], ids=["a batch", "workers", "one by one"])
def test_a_sample_that_the_collate_function_refuses_is_replaced(options):
    handed, bad = numbers_of(Boxes(crossed=[3, 5, 22]), **options)

    assert sorted(bad) == [(3, "collate", "Crossed"), (5, "collate", "Crossed"), (22, "collate", "Crossed")]
    assert len(handed) == 40
    assert not {3, 5, 22} & set(handed)


def test_samples_of_several_shapes_are_no_fault_of_theirs():
    assert numbers_of(Boxes(), batch_size=8) == ([*range(40)], [])


def test_a_collate_function_that_refuses_every_batch_raises_its_own_exception():
    with pytest.raises(Crossed, match="of 0"):
        numbers_of(Boxes(crossed=range(40)), batch_size=8)


def test_what_takes_the_place_of_a_sample_of_another_shape_fits():
    odd = [index for index in range(40) if index % 3 == 1]
    batches, report = seen(Numbers(odd=odd), batch_size=8)

    assert [len(samples) for samples, _ in batches] == [8] * 5
    assert not set(odd) & {sample for samples, _ in batches for sample in samples}
    assert {bad.index for bad in report.skipped} == set(odd)


def test_what_was_usual_in_a_batch_before_is_so_in_one_that_has_no_majority():
    odd = [3, *range(8, 16, 2), 23, 31]
    batches, report = seen(Numbers(odd=odd), batch_size=8)

    assert [len(samples) for samples, _ in batches] == [8] * 5
    assert {bad.index for bad in report.skipped} == set(odd)
    with pytest.raises(RuntimeError, match="equal size"):
        seen(Numbers(odd=range(0, 40, 2)), batch_size=8)


class Lists(Numbers):
    """Answers lists of indices only."""

    __getitem__ = Dataset.__getitem__

    def __getitems__(self, indices):
        return [Numbers.__getitem__(self, index) for index in indices]


def test_a_data_set_that_answers_lists_only_is_asked_for_lists_of_one():
    batches, report = seen(Lists(bad=[5]), batch_size=8)

    assert [bad.index for bad in report.skipped] == [5]
    assert batches[0][1] == [index % 4 for index in range(8)]
    with pytest.raises(OSError, match="cannot read"):
        seen(Lists(bad=range(40)), batch_size=8)


class Generators:
    """A batch sampler that hands out generators."""

    def __iter__(self):
        return ((index for index in range(place, place + 8)) for place in range(0, 40, 8))


@pytest.mark.parametrize("bad", [[], [5]], ids=["healthy", "bad"])
def test_indices_that_can_be_gone_through_once_reach_the_data_set(bad):
    batches, _ = seen(Lists(bad=bad), batch_sampler=Generators())

    assert [labels for _, labels in batches] == [[index % 4 for index in range(8)]] * 5
    assert {*range(40)} - {sample for samples, _ in batches for sample in samples} == {*bad}


class Ragged(IterableDataset):
    """A generator of records, some of another shape."""

    def __init__(self, odd):
        self.odd = odd

    def __iter__(self):
        for number in range(20):
            yield torch.full((3,) if number in self.odd else (2,), float(number)), number


@pytest.mark.parametrize("workers", [0, 1])
def test_records_of_a_stream_that_do_not_fit_are_passed_over(workers):
    batches, report = seen(Ragged([2, 8, 18]), batch_size=8, num_workers=workers)

    assert [number for _, numbers in batches for number in numbers] == [0, 1, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19]
    assert [(bad.position, bad.stage) for bad in report.skipped] == [(2, "collate"), (8, "collate"), (18, "collate")]


def test_a_stream_whose_records_all_differ_raises_its_own_exception():
    with pytest.raises(RuntimeError, match="equal size"):
        seen(Ragged(range(0, 20, 2)), batch_size=8)


class ByShape(Numbers):
    """Half of the samples are of one shape and half of the other: a batch sampler keeps them apart."""

    def __init__(self, bad=()):
        super().__init__(bad=bad, odd=range(0, 40, 2), size=40)
        self.targets = [0] * 40


@pytest.mark.parametrize("bad", [[10], [10, 12], [8, 9, 10, 11]], ids=["one", "two of a batch", "of both shapes"])
@pytest.mark.parametrize("size", [2, 4])
def test_one_that_stands_in_for_another_and_does_not_fit_is_no_bad_sample(size, bad):
    shapes = [range(0, 40, 2), range(1, 40, 2)]
    batches = [[*shape[at : at + size]] for shape in shapes for at in range(0, 20, size)]
    handed, report = seen(ByShape(bad=bad), batch_sampler=batches)

    assert {bad.index for bad in report.skipped} == set(bad)
    assert [len(samples) for samples, _ in handed] == [size] * (40 // size)
    assert all(len({sample % 2 for sample in samples}) == 1 and len(set(samples)) == size for samples, _ in handed)


def test_the_reason_of_each_tells_its_own_shape():
    class Sizes(Numbers):
        def __getitem__(self, index):
            return torch.zeros({3: 3, 5: 4}.get(index, 2)), index

    _, report = seen(Sizes(), batch_size=8)

    told = {bad.index: bad.reason.partition("but got ")[2] for bad in report.skipped}
    assert told == {3: "[2] at entry 0 and [3] at entry 1", 5: "[2] at entry 0 and [4] at entry 1"}


def test_where_no_other_can_be_loaded_the_exception_says_so():
    with pytest.raises(OSError, match="cannot read 0") as raised:
        seen(Numbers(bad=range(40)), batch_size=8)

    assert raised.value.__notes__[0].startswith("stepscope: no other sample could take its place: 2")
