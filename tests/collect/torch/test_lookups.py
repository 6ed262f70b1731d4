import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from stepscope.collect.torch.observe import observe
from stepscope.evidence import Batch, Lookup

pytestmark = pytest.mark.usefixtures("watched")


def looked_up(function):
    with pytest.raises((KeyError, IndexError)) as raised:
        function()
    return observe(raised.value).get(Lookup)


class Birds:
    def __init__(self):
        self.images = torch.zeros(5, 3)
        self.labels = [0, 1, 2, 0]
        self.classes = {"owl": 0, "crow": 1}
        self.rows = [{"file": "a.png", "label": 1}, {"file": "b.png"}, {"file": "c.png", "label": 0}]


def test_a_list_that_ends_is_told_with_the_longest_beside_it():
    birds, i = Birds(), 4

    found = looked_up(lambda: birds.labels[i])

    assert (found.name, found.key, found.asked, found.size, found.beside) == ("birds.labels", "4", "i", 4, 5)


def test_a_tensor_that_ends_is_told_too():
    scores, i = torch.zeros(3, 2), 3

    assert looked_up(lambda: scores[i]).size == 3


def test_a_dictionary_that_numbers_its_keys_is_told_as_such():
    birds, kind = Birds(), "kiwi"

    found = looked_up(lambda: birds.classes[kind])

    assert (found.key, found.asked, found.size, found.numbers) == ("'kiwi'", "kind", 2, True)


def directly(rows, i):
    return rows[i]["label"]


def by_name(rows, i):
    row = rows[i]
    return row["label"]


def in_a_loop(rows, _):
    total = 0
    for row in rows:
        total += row["label"]
    return total


@pytest.mark.parametrize("read", [directly, by_name, in_a_loop])
def test_a_record_is_told_with_its_words_beside_those_that_have_the_key(read):
    rows = Birds().rows

    found = looked_up(lambda: read(rows, 1))

    assert (found.key, found.content, found.having, found.records) == ("'label'", "file: b.png", 2, 3)


def test_an_exception_of_the_users_own_is_no_lookup():
    def check(table, name):
        if name not in table:
            raise KeyError(name)

    assert looked_up(lambda: check({}, "a")) is None


class Tiles(Dataset):
    def __len__(self):
        return 12

    def __getitem__(self, tile):
        sample = {"pixels": torch.rand(3), "target": 1}
        return sample if tile != 8 else {"pixels": torch.rand(3)}


def passed_through(loader):
    for batch in loader:
        batch["pixels"] * 2
        target = batch["target"]
    return target


@pytest.mark.parametrize("kept", [Tiles(), None], ids=["data set at hand", "data set gone"])
def test_the_first_sample_of_a_batch_that_lacks_a_key_is_to_blame(kept):
    with pytest.raises(KeyError) as raised:
        passed_through(DataLoader(kept or Tiles(), batch_size=4))

    batch = observe(raised.value).get(Batch)

    assert (batch.indices, batch.culprits) == ((8, 9, 10, 11), (0,))


def test_a_key_that_another_dictionary_lacks_blames_no_sample():
    meters = {"loss": torch.zeros(1)}

    def log(loader):
        for batch in loader:
            batch["pixels"] * 2
            meters["accuracy"]

    with pytest.raises(KeyError) as raised:
        log(DataLoader(Tiles(), batch_size=4))

    assert observe(raised.value).get(Batch).culprits == ()
