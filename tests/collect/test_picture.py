"""The picture of the failing sample beside those in its folder, and what is made of it."""

import numpy as np
import pytest
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from stepscope.collect.torch.observe import observe
from stepscope.diagnose import diagnose
from stepscope.evidence import Indexed, Picture

pytestmark = pytest.mark.usefixtures("watched")


@pytest.fixture
def folder(tmp_path):
    def make(odd, **saved):
        for number in range(8):
            picture = Image.new("RGB", (6, 5), (number, 9, 9))
            picture = odd(picture) if number == 5 else picture
            picture.save(tmp_path / f"{number}.png", **(saved if number == 5 else {}))
        return sorted(map(str, tmp_path.glob("*.png")))

    return make


class Pictures(Dataset):
    def __init__(self, files, read):
        self.files, self.read = files, read

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        return self.read(Image.open(self.files[index]))


def seen(files, read):
    with pytest.raises((ValueError, IndexError, RuntimeError, KeyError)) as raised:
        list(DataLoader(Pictures(files, read), batch_size=2))
    return observe(raised.value)


def planes(image):
    return np.array(image).transpose(2, 0, 1).copy()


def table(image):
    return np.linspace(0, 1, 256, dtype="float32")[np.array(image).reshape(-1)[:15]]


def deep(image):
    return Image.fromarray(np.full((5, 6), 900, dtype="uint16"))


@pytest.mark.parametrize(
    ("odd", "read", "mode", "slug"),
    [
        (lambda image: image.convert("L"), planes, "L", "channel-mismatch"),
        (lambda image: image.convert("P"), planes, "P", "image-mode-unusual"),
        (deep, table, "I;16", "image-mode-unusual"),
    ],
)
def test_a_picture_unlike_its_neighbours_is_the_cause(folder, odd, read, mode, slug):
    files = folder(odd)

    observation = seen(files, read)

    assert observation.get(Picture) == Picture(files[5], mode, "RGB", 7)
    found = diagnose("train.py", [observation]).findings[0]
    assert (found.name, found.confidence.value, found.place.samples[0].index) == (slug, "likely", 5)


def test_a_picture_like_its_neighbours_is_not(folder):
    files = folder(lambda image: image.resize((2, 2)))

    def whole(image):
        return np.array(image).reshape(5, 6, 3)

    assert seen(files, whole).get(Picture) is None


def test_nor_is_one_that_was_converted(folder):
    files = folder(lambda image: image.convert("L").resize((2, 2)))

    def whole(image):
        image = image.convert("RGB")
        return np.array(image).reshape(5, 6, 3)

    assert seen(files, whole).get(Picture) is None


def test_where_the_failure_is_of_another_kind_nothing_is_made_of_it(folder):
    names = {}

    def known(image):
        return names[len(np.array(image).shape)] if len(np.array(image).shape) == 2 else 0

    observation = seen(folder(lambda image: image.convert("L")), known)

    assert observation.get(Picture) is not None
    assert diagnose("train.py", [observation]).findings[0].name not in ("channel-mismatch", "image-mode-unusual")


def test_numbers_of_16_bits_as_an_index_are_read_too(folder, capfd):
    def bright(image):
        pixels, table = np.array(image), np.arange(256)
        return table[pixels]

    indexed = seen(folder(deep), bright).get(Indexed)

    assert (indexed.name, indexed.size, indexed.tensor.maximum) == ("pixels", 256, 900)
    assert "stepscope" not in capfd.readouterr().err
