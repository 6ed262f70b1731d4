"""Data sets, loaders and arrays of PyTorch as `module:object`, over pieces of scikit-image's photos."""

import random
from types import SimpleNamespace

import numpy as np
import torch
from skimage import data
from torch.utils.data import DataLoader, Dataset, IterableDataset, WeightedRandomSampler, default_collate, get_worker_info

PIECES = np.stack([photo[top : top + 32, left : left + 32] for photo in (data.astronaut(), data.chelsea()) for top in range(0, 160, 32) for left in range(0, 160, 32)])
PIXELS = torch.from_numpy(PIECES).permute(0, 3, 1, 2)
MEAN, DEVIATION = (torch.tensor(each)[:, None, None] for each in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))


class Photos(Dataset):
    """Pieces of photos, sound; `prepared` and `labelled` are what the others do otherwise."""

    classes = ("a", "b", "c", "d")

    def __init__(self, first=0, last=48):
        self.rows = range(first, last)

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        return self.prepared(index, PIXELS[self.rows[index]] / 255), self.labelled(index)

    def prepared(self, index, image):
        return image

    def labelled(self, index):
        return index % 4


def once(image):
    return (image - MEAN) / DEVIATION


def made(name, **methods):
    return type(name, (Photos,), methods)


class Stream(IterableDataset):
    def __iter__(self):
        yield from ((image / 255, number % 4) for number, image in enumerate(PIXELS))


class Shared(Stream):
    def __iter__(self):
        worker = get_worker_info()
        yield from list(super().__iter__())[worker.id if worker else 0 :: worker.num_workers if worker else 1]


class Told(Stream):
    def __len__(self):
        return 60


class Again(IterableDataset):
    def __iter__(self):
        while True:
            number = random.randrange(len(PIXELS))
            yield PIXELS[number] / 255, number % 4


class Own(Photos):
    def __init__(self):
        super().__init__()
        self.rng = np.random.default_rng(0)

    def prepared(self, index, image):
        return image + 0.01 * float(self.rng.normal())


class Stored(Photos):
    def __init__(self):
        super().__init__()
        self.images = PIXELS.float()

    def __getitem__(self, index):
        image = self.images[index]
        image *= 0.5
        return image, index % 4


class Sentences(Dataset):
    def __len__(self):
        return 20

    def __getitem__(self, index):
        return torch.arange(3 + index % 5), index % 2


class Centres(Photos):
    """Targets as DETR takes them, some without an object."""

    def __getitem__(self, index):
        boxes = torch.tensor([[0.5, 0.5, 0.3, 0.4], [0.8, 0.2, 0.2, 0.2]])[: index % 3]
        return PIXELS[index] / 255, {"boxes": boxes, "labels": torch.zeros(len(boxes), dtype=torch.int64)}


class Written(Photos):
    """Targets as CocoDetection gives them, in which a width is below 0; and in which the labels are fewer than the boxes."""

    def __getitem__(self, index):
        return PIXELS[index] / 255, [{"bbox": [4.0, 4.0, -3.0 if index == 9 else 20.0, 20.0], "category_id": 1}]


class Counted(Photos):
    def __getitem__(self, index):
        return PIXELS[index] / 255, {"boxes": torch.tensor([[1.0, 1, 20, 20], [4, 4, 30, 30]]), "labels": torch.ones(1 if index == 5 else 2, dtype=torch.int64)}


class Yolo(Photos):
    def __getitem__(self, index):
        return PIXELS[index] / 255, torch.full((index % 3, 6), 0.5)


class Lengthless(Photos):
    def __len__(self):
        return len(self.rows) / 8


class Quits(Photos):
    def prepared(self, index, image):
        if index == 10:
            raise SystemExit("the scan is not there")
        return image


def stacked(samples):
    return torch.stack([image for image, _ in samples]).reshape(10, -1)


def kept(samples):
    return default_collate([sample for sample in samples if sample is not None])


def mask_of(index):
    mask = (PIXELS[index].float().mean(0) > 100).long()
    mask[:2] = 255
    return mask


sound = SimpleNamespace(
    dark=made("Dark", prepared=lambda self, index, image: (image > 0.5) / 255 if index == 26 else image)(),
    spiked=made("Spiked", prepared=lambda self, index, image: once(image) * (30 if index == 26 else 1))(),
    once=made("Once", prepared=lambda self, index, image: once(image))(),
    shared=DataLoader(Shared(), batch_size=8, num_workers=2),
    seeded=DataLoader(made("Drawn", prepared=lambda self, index, image: image + 0.01 * np.random.randn())(), batch_size=8, num_workers=2),
    left_out=DataLoader(made("Holes", __getitem__=lambda self, index: None if index % 5 == 0 else (PIXELS[index] / 255, index % 4))(), batch_size=8, collate_fn=kept),
    centres=Centres(),
    yolo=Yolo(),
    signs=made("Signs", classes=None, labelled=lambda self, index: 1 if index % 2 else -1)(),
    alike=made("Alike", labelled=lambda self, index: float(index % 2))(),
)  # fmt: skip
broken = SimpleNamespace(
    raw_one=made("RawOne", prepared=lambda self, index, image: image * 255 if index == 26 else once(image))(),
    divided_one=made("DividedOne", prepared=lambda self, index, image: image / 255 if index == 26 else image)(),
    twice=made("Twice", prepared=lambda self, index, image: once(once(image)))(),
    unsharded=DataLoader(Stream(), batch_size=8, num_workers=3),
    own=DataLoader(Own(), batch_size=8, num_workers=2),
    weights=DataLoader(Photos(), batch_size=8, sampler=WeightedRandomSampler([0.0] * 48 + [1.0] * 4, 20)),
    stacked=DataLoader(Photos(), batch_size=7, collate_fn=stacked),
    sentences=DataLoader(Sentences(), batch_size=8),
    too_few=DataLoader(Photos(), batch_size=64, drop_last=True),
    told=Told(),
    stored=Stored(),
    doubles=made("Doubles", prepared=lambda self, index, image: image.double() if index == 26 else image)(),
    written=Written(),
    counted=Counted(),
    quits=Quits(),
    masks=made("Masks", labelled=lambda self, index: mask_of(index) + 7 * (index == 19))(),
    mask_sizes=made("Sizes", labelled=lambda self, index: mask_of(index)[: 16 if index == 20 else 32])(),
    below=made("Below", classes=None, labelled=lambda self, index: -2 if index == 30 else index % 4)(),
    floats=made("Floats", labelled=lambda self, index: float(index % 4))(),
)  # fmt: skip
again = Again()
lengthless = Lengthless()
leaking = Photos(0, 40), DataLoader(Photos(38, 48), batch_size=2), ("a", "b")
splits = {"train": Photos(0, 40), "val": Photos(40, 48)}
apart = {"train": made("Once", prepared=lambda self, index, image: once(image))(0, 40), "val": Photos(40, 48)}
renumbered = {"train": Photos(0, 40), "val": made("Shifted", classes=("b", "c", "d"), labelled=lambda self, index: index % 3)(40, 48)}
both = (PIECES[:40], np.arange(40) % 4), (PIECES[40:], np.arange(10) % 4)
columns = {"image": PIECES, "label": np.arange(len(PIECES)) % 4}
uneven = (PIECES, np.arange(len(PIECES) - 1) % 4)
