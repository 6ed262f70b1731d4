"""Which sample takes the place of a bad one, whatever its index is; and which data set a bad sample belongs to."""

import json

import numpy
import pytest
import torch
from tests.collect.torch.skipping.test_skipping import Numbers, seen
from torch.utils.data import (
    BatchSampler,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
    get_worker_info,
)

import stepscope
from stepscope.collect.torch.skipping.marks import mark_of
from stepscope.report.terminal import render


class Asked(Numbers):
    """Remembers the kinds of its indices, and takes no other."""

    def __init__(self, kind, **options):
        super().__init__(**options)
        self.kind = kind

    def __getitem__(self, index):
        assert isinstance(index, self.kind)
        return super().__getitem__(int(index))


@pytest.mark.parametrize(
    "indices", [numpy.arange(40), torch.arange(40), SubsetRandomSampler(numpy.arange(40))], ids=["numpy", "tensor", "subset of numpy"],
)  # fmt: skip
def test_an_index_of_numpys_or_of_a_tensor_counts_by_its_number(indices):
    kind = torch.Tensor if isinstance(indices, torch.Tensor) else numpy.integer
    batches, report = seen(Asked(kind, bad=[0, 22]), batch_size=8, sampler=indices)

    assert [len(set(samples)) for samples, _ in batches] == [8] * 5
    assert sorted(bad.index for bad in report.skipped) == [0, 22]
    assert all((bad.index - bad.replaced_by) % 4 == 0 for bad in report.skipped)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_sampler_of_a_part_is_given_no_sample_of_another(workers):
    dataset, used = Numbers(bad=range(8)), {}
    with stepscope.guard(quiet=True, skip_bad_samples=100):
        for name, part in {"train": range(20), "validation": range(20, 40), "train again": range(20)}.items():
            loader = DataLoader(dataset, batch_size=4, sampler=SubsetRandomSampler(part), num_workers=workers)
            used[name] = {sample for x, _ in loader for sample in x[:, 0].int().tolist()}

    assert used["train"] | used["train again"] <= set(range(8, 20))
    assert used["validation"] <= set(range(20, 40))


def test_the_class_is_kept_in_data_sets_that_are_put_together():
    batches, report = seen(ConcatDataset([Numbers(bad=[3], size=18), Numbers(bad=[7], size=22)]), batch_size=8)

    assert sorted(bad.index for bad in report.skipped) == [3, 25]
    assert [label for _, labels in batches for label in labels] == [i % 4 for i in range(18)] + [i % 4 for i in range(22)]


class Named(Numbers):
    """Its samples have names."""

    def __getitem__(self, name):
        return super().__getitem__(int(name[1:]))


def test_a_name_is_replaced_by_another_of_the_samplers_list_already_in_the_first_batch():
    batches, report = seen(Named(bad=[5]), batch_size=8, sampler=[f"n{number}" for number in range(20)])

    assert {sample for samples, _ in batches for sample in samples} == {*range(20)} - {5}
    assert [bad.index for bad in report.skipped] == ["n5"]


class Batches(Numbers):
    """Is asked for whole batches."""

    def __getitem__(self, indices):
        rows = [super(Batches, self).__getitem__(index) for index in indices]
        return torch.stack([x for x, _ in rows]), torch.tensor([y for _, y in rows])


def test_a_batch_that_the_data_set_itself_makes_is_replaced_by_another():
    batches, report = seen(Batches(bad=[21]), sampler=BatchSampler(SequentialSampler(range(40)), 8, False), batch_size=None)

    assert [len(samples) for samples, _ in batches] == [8] * 5
    assert [bad.index for bad in report.skipped] == [str(list(range(16, 24)))]


class Files(Dataset):
    """Reads the files of a folder, of which some are bad."""

    def __init__(self, root, bad):
        self.files = [root / f"{number}.txt" for number in range(16)]
        root.mkdir(exist_ok=True)
        for number, file in enumerate(self.files):
            file.write_text("bad" if number in bad else str(number))

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        return int(self.files[index].read_text())


def test_of_two_data_sets_of_one_class_and_one_size_each_has_its_own_bad_samples(tmp_path):
    train, validation = Files(tmp_path / "train", [5]), Files(tmp_path / "validation", [9])
    with stepscope.guard(quiet=True, skip_bad_samples=100, skip_list=tmp_path / "bad.jsonl") as guard:
        handed = {id(data): [int(x) for batch in DataLoader(data, batch_size=4) for x in batch] for data in (train, validation, train)}

    assert [number for number in range(16) if number not in handed[id(train)]] == [5]
    assert [number for number in range(16) if number not in handed[id(validation)]] == [9]
    assert [(bad.index, str(bad.file).endswith(("train/5.txt", "validation/9.txt"))) for bad in guard.report.skipped] == [(5, True), (9, True)]

    with stepscope.guard(quiet=True, skip_bad_samples=100, skip_list=tmp_path / "bad.jsonl"):
        again = [int(x) for batch in DataLoader(validation, batch_size=4) for x in batch]
    assert again == handed[id(validation)]


def test_a_mark_hangs_on_names_and_not_on_what_counts(tmp_path):
    one = Files(tmp_path / "one", [])
    marked = mark_of(one)
    one.asked = 7

    assert mark_of(one) == marked != mark_of(Files(tmp_path / "two", []))
    assert mark_of([1, 2]) == mark_of(object()) == ""


class Stream(IterableDataset):
    """Each worker reads files of its own; a record of each is broken."""

    def __init__(self, folder):
        self.files = [folder / f"{number}.txt" for number in range(8)]
        for number, file in enumerate(self.files):
            file.write_text("bad" if number in (2, 3) else str(number))

    def __iter__(self):
        worker = get_worker_info()
        return map(self.read, self.files[worker.id :: worker.num_workers])

    def read(self, file):
        return torch.full((2,), float(file.read_text())), 0


def test_workers_count_the_records_of_a_stream_each_for_itself(tmp_path):
    _, report = seen(Stream(tmp_path), batch_size=3, num_workers=2)

    assert {bad.name for bad in report.skipped} == {"record 1 of worker 0", "record 1 of worker 1"}
    assert {str(bad.file)[-5:] for bad in report.skipped} == {"2.txt", "3.txt"}


class Lines(IterableDataset):
    """Each worker goes through lines of its own, that it reads from no file."""

    def __iter__(self):
        share = get_worker_info()
        return map(self.parsed, range(share.id, 24, share.num_workers) if share else range(24))

    def parsed(self, number):
        if number in (6, 7):  # the fourth of either worker
            raise ValueError(f"line {number} cannot be parsed")
        return torch.full((2,), float(number)), 0


def test_bad_records_at_one_position_of_several_workers_are_several(tmp_path):
    kept = tmp_path / "bad.jsonl"
    first, second = (seen(Lines(), skip_list=kept, batch_size=4, num_workers=2)[1] for _ in range(2))

    for report in (first, second):
        assert {(bad.position, bad.worker) for bad in report.skipped} == {(3, 0), (3, 1)}
        assert "2 bad samples were passed over:" in render(report)
        assert "record 3 of worker 1: ValueError: line 7 cannot be parsed" in render(report)
    with pytest.raises(ValueError, match="line"):
        seen(Lines(), limit=1, batch_size=4, num_workers=2)
    assert [bad.name for bad in seen(Lines(), batch_size=4)[1].skipped] == ["record 6", "record 7"]


def test_a_list_that_was_written_by_hand_or_badly_is_read_as_far_as_it_goes(tmp_path):
    lines = ['{"index": 5, "dataset": "Numbers", "size": 40}', "not json", "[1]", '{"index": {"a": 1}}', '{"index": 7, "position": [3]}', '{"index": 22, "new": 1}']
    (tmp_path / "bad.jsonl").write_text("\n".join(lines) + "\n")
    batches, report = seen(Numbers(bad=[5, 30]), skip_list=tmp_path / "bad.jsonl", batch_size=8)

    assert len(batches) == 5
    assert [bad.index for bad in report.skipped] == [5, 30]
    assert "replaced_by" not in json.loads((tmp_path / "bad.jsonl").read_text().splitlines()[0])


def test_a_list_that_cannot_be_written_does_not_end_the_run(tmp_path, capfd):
    batches, _ = seen(Numbers(bad=[5]), skip_list=tmp_path / "nowhere" / "bad.jsonl", batch_size=8)

    assert len(batches) == 5
    assert "could not write down a bad sample" in capfd.readouterr().err


def test_true_means_as_many_as_the_option_without_a_limit():
    assert [bad.index for bad in seen(Numbers(bad=[5]), limit=True, batch_size=8)[1].skipped] == [5]


class Turned:
    """A data set that holds its transforms in a list."""

    def __init__(self, *transforms):
        self.files, self.transforms = ["a.png", "b.png"], list(transforms)


def test_a_mark_outlives_the_run_whatever_objects_the_lists_hold():
    class Pad:
        pass

    class Crop:
        pass

    one, other = (Turned(Pad(), Pad().__init__, {letters[0], letters[1]}) for letters in ("ba", "ab"))

    assert mark_of(one) == mark_of(other) != ""
    assert mark_of(Turned(Pad())) != mark_of(Turned(Crop()))


def test_a_sample_without_weight_takes_nobodys_place():
    held_out = torch.arange(40) % 2 == 0
    sampler = WeightedRandomSampler(torch.where(held_out, 0.0, 1.0), 200, generator=torch.Generator().manual_seed(0))
    batches, report = seen(Numbers(bad=[5, 11, 21]), batch_size=8, sampler=sampler)

    assert {sample % 2 for samples, _ in batches for sample in samples} == {1}
    assert {bad.index for bad in report.skipped} == {5, 11, 21}


def test_lists_of_batches_are_parts_of_a_data_set_too():
    dataset, used = Numbers(bad=range(8)), []
    with stepscope.guard(quiet=True, skip_bad_samples=100):
        for part in (range(20), range(20, 40), range(20)):
            batches = [[*part[place : place + 5]] for place in range(0, 20, 5)]
            used.append({sample for x, _ in DataLoader(dataset, batch_sampler=batches) for sample in x[:, 0].int().tolist()})

    assert used[0] | used[2] <= set(range(8, 20))
    assert used[1] == set(range(20, 40))


class Scaled(Numbers):
    """Is given the size of the batch with each index."""

    def __getitem__(self, key):
        x, label = super().__getitem__(key[0])
        return x[:1].repeat(key[1]), label


def test_what_a_whole_batch_is_given_is_kept():
    batches, report = seen(Scaled(bad=[1, 21]), batch_sampler=[[(i, 3 + start // 10) for i in range(start, start + 10)] for start in range(0, 40, 10)])

    assert [len(samples) for samples, _ in batches] == [10] * 4
    assert [label for _, labels in batches for label in labels] == [i % 4 for i in range(40)]
    assert len(report.skipped) == 2


class Cached(Files):
    """Lists its files when it is first asked, and keeps what it has read."""

    def __init__(self, root, bad):
        super().__init__(root, bad)
        self.found, self.cache, self.asked = None, [None] * 16, []

    def __getitem__(self, index):
        self.found = self.found or [str(file) for file in self.files]
        if self.cache[index] is None:
            self.asked.append(index)
            self.cache[index] = super().__getitem__(index)
        return self.cache[index]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_cache_that_fills_makes_no_other_data_set_of_it(tmp_path, workers):
    bad = [5, 14]
    for _ in range(2):
        dataset = Cached(tmp_path / "train", bad)
        with stepscope.guard(quiet=True, skip_bad_samples=2, skip_list=tmp_path / "bad.jsonl") as guard:
            loader = DataLoader(dataset, batch_size=4, num_workers=workers)
            for _ in range(2):
                assert len([*loader]) == 4

    assert sorted(bad.index for bad in guard.report.skipped) == [5, 14]
    assert not {5, 14} & set(dataset.asked)
    assert len((tmp_path / "bad.jsonl").read_text().splitlines()) == 2


def test_the_list_of_another_data_set_is_no_matter(tmp_path):
    seen(Numbers(bad=[1, 2, 3]), skip_list=tmp_path / "bad.jsonl", batch_size=8)
    _, report = seen(Numbers(bad=[7], size=24), limit=1, skip_list=tmp_path / "bad.jsonl", batch_size=8)

    assert [bad.index for bad in report.skipped] == [7]
    with stepscope.guard(quiet=True, skip_bad_samples=1, skip_list=tmp_path / "bad.jsonl") as guard:
        assert len([*DataLoader(Numbers(size=16), batch_size=8)]) == 2
    assert guard.report is None


def test_a_share_is_one_of_each_data_set():
    with stepscope.guard(quiet=True, skip_bad_samples="10%") as guard:
        for size in (40, 20):
            assert len([*DataLoader(Numbers(bad=[1, 2], size=size), batch_size=10)]) == size // 10
    assert len(guard.report.skipped) == 4


def test_a_file_that_is_written_is_not_the_one_that_a_sample_is_read_from(tmp_path):
    class Logging(Files):
        def __getitem__(self, index):
            text = self.files[index].read_text()
            (tmp_path / "log.txt").write_text(str(index))
            return int(text)

    with stepscope.guard(quiet=True, skip_bad_samples=2) as guard:
        assert len([*DataLoader(Logging(tmp_path / "train", [5]), batch_size=4)]) == 4
    assert [bad.file[-5:] for bad in guard.report.skipped] == ["5.txt"]
