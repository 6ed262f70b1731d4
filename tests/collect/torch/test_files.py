"""The files behind a sample: those that it is read from whenever it is loaded."""

from pathlib import Path

import pytest
from torch.utils.data import Dataset

from stepscope.collect.torch.loading.files import files_of


class Photos(Dataset):
    def __init__(self, folder, other):
        self.folder, self.other, self.known = folder, other, {}

    def __len__(self):
        return 40

    def read(self, name):
        return (self.folder / name).read_bytes()


class Masked(Photos):
    def __getitem__(self, index):
        return self.read(f"{index}.png"), self.read(f"{index}.mask")


class Paired(Photos):
    def __getitem__(self, index):
        return self.read(f"{index}.png"), self.read(f"{self.other(index)}.png")


class Remembering(Masked):
    def __getitem__(self, index):
        if index not in self.known:
            self.known[index] = super().__getitem__(index)
        return self.known[index]


@pytest.fixture
def folder(tmp_path):
    for index in range(40):
        for kind in ("png", "mask"):
            (tmp_path / f"{index}.{kind}").write_bytes(b"0")
    return tmp_path


DRAWN = iter(range(10, 40))
DATASETS = {
    "a picture and its mask": (Masked, None, ["7.png", "7.mask"]),
    "a picture and another by chance": (Paired, lambda _: next(DRAWN), ["7.png"]),
    "a picture and the next": (Paired, lambda index: index + 1, ["7.png", "8.png"]),
    "kept once it was read": (Remembering, None, ["7.png", "7.mask"]),
}


@pytest.mark.parametrize("case", DATASETS)
def test_what_chance_has_chosen_is_no_file_of_the_sample(folder, case):
    kind, other, names = DATASETS[case]

    told = files_of(kind(folder, other), [7])

    assert [Path(path).name for path in told[7].split(" and ")] == names
