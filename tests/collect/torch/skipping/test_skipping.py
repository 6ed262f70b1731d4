"""Bad samples do not end a run."""

import json

import pytest
import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset, Subset

import stepscope
from stepscope.collect.torch.skipping.classes import class_of
from stepscope.collect.torch.skipping.others import others


class Numbers(Dataset):
    """Sample i is i; some cannot be loaded, some are of another shape."""

    def __init__(self, bad=(), odd=(), size=40):
        self.bad, self.odd, self.size = set(bad), set(odd), size
        self.targets = [index % 4 for index in range(size)]

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        if index in self.bad:
            raise OSError(f"cannot read {index}")
        return torch.full((3,) if index in self.odd else (2,), float(index)), self.targets[index]


def seen(dataset, limit=100, skip_list="", **options):
    """The samples that an epoch hands out, and the report."""
    with stepscope.guard(quiet=True, skip_bad_samples=limit, skip_list=skip_list) as guard:
        batches = [(x[:, 0].int().tolist(), y.tolist()) for x, y in DataLoader(dataset, **options)]
    return batches, guard.report


@pytest.mark.parametrize("workers", [0, 2])
def test_a_sample_that_cannot_be_loaded_is_replaced_by_one_of_its_class(workers):
    batches, report = seen(Numbers(bad=[5, 22]), batch_size=8, num_workers=workers)

    assert [len(samples) for samples, _ in batches] == [8] * 5
    for number, (samples, labels) in enumerate(batches):
        assert len(set(samples)) == 8
        assert labels == [index % 4 for index in range(8 * number, 8 * number + 8)]
    assert [(bad.index, bad.dataset, bad.size) for bad in sorted(report.skipped, key=lambda bad: bad.index)] == [(5, "Numbers", 40), (22, "Numbers", 40)]
    assert report.skipped[0].reason.startswith("OSError: cannot read")


def test_a_sample_that_does_not_fit_the_others_is_replaced():
    batches, report = seen(Numbers(odd=[3]), batch_size=8)

    assert 3 not in batches[0][0]
    assert [(bad.index, bad.stage) for bad in report.skipped] == [(3, "collate")]


def test_the_samples_of_a_split_are_told_as_rows_of_the_data_set():
    _, report = seen(Subset(Numbers(bad=[30]), range(20, 40)), batch_size=5)

    assert [bad.index for bad in report.skipped] == [30]


def test_more_than_the_limit_ends_the_run():
    with pytest.raises(OSError, match="cannot read"):
        seen(Numbers(bad=range(10)), limit=3, batch_size=4)


def test_the_limit_may_be_a_share_of_the_data_set():
    with pytest.raises(OSError, match="cannot read"):
        seen(Numbers(bad=[1, 2, 3]), limit="5%", batch_size=4)


def test_a_data_set_of_which_nothing_can_be_loaded_raises_its_own_exception():
    with pytest.raises(OSError, match="cannot read"):
        seen(Numbers(bad=range(40)), batch_size=4)


def test_a_skip_list_is_kept_and_not_even_tried_again(tmp_path):
    asked = []

    class Counting(Numbers):
        def __getitem__(self, index):
            asked.append(index)
            return super().__getitem__(index)

    path = tmp_path / "bad.jsonl"
    seen(Counting(bad=[7]), skip_list=path, batch_size=8)
    assert [json.loads(line)["index"] for line in path.read_text().splitlines()] == [7]

    asked.clear()
    seen(Counting(bad=[7]), skip_list=path, batch_size=8)
    assert 7 not in asked
    assert len(path.read_text().splitlines()) == 1


def test_clean_data_come_out_the_same():
    def epoch(guarded):
        torch.manual_seed(0)
        if guarded:
            return seen(Numbers(), batch_size=8, shuffle=True)[0], torch.rand(2).tolist()
        return [(x[:, 0].int().tolist(), y.tolist()) for x, y in DataLoader(Numbers(), batch_size=8, shuffle=True)], torch.rand(2).tolist()

    assert epoch(True) == epoch(False)


def test_a_batch_sampler_of_the_users_own_is_followed():
    batches, report = seen(Numbers(bad=[2]), batch_sampler=[[1, 2], [3, 4, 5]])

    assert [len(samples) for samples, _ in batches] == [2, 3]
    assert [bad.index for bad in report.skipped] == [2]


class Records(IterableDataset):
    """A stream whose iterator lives on after an exception, or a generator, which does not."""

    def __init__(self, generator):
        self.generator = generator

    def __iter__(self):
        return (self.read(i) for i in range(12)) if self.generator else map(self.read, range(12))

    def read(self, i):
        if i == 4:
            raise ValueError("broken record")
        return torch.full((2,), float(i)), i


def test_a_record_of_a_stream_is_passed_over():
    batches, report = seen(Records(generator=False), batch_size=4)

    assert [i for samples, _ in batches for i in samples] == [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11]
    assert [bad.position for bad in report.skipped] == [4]


def test_a_generator_that_has_raised_is_over_so_its_exception_comes_through():
    with pytest.raises(ValueError, match="broken record") as raised:
        seen(Records(generator=True), batch_size=4)

    assert not hasattr(raised.value, "add_note") or raised.value.__notes__ == ["stepscope: record 4 of this stream cannot be passed over: a generator is over once it has raised"]


def test_a_substitute_hangs_on_the_index_alone():
    dataset = Numbers()

    assert [*others(dataset, 9, {1, 2}, [])] == [*others(dataset, 9, {1, 2}, [])]
    assert not {1, 2, 9} & set(others(dataset, 9, {1, 2}, []))
    assert class_of(dataset)(next(others(dataset, 9, set(), []))) == 1


def test_keys_that_are_no_numbers_are_replaced_by_keys_that_were_seen():
    assert [*others({"a": 1, "b": 2, "c": 3}, "a", {"a", "b"}, ["b", "c"])] == ["c"]
