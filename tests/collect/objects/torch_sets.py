"""Data sets of PyTorch as `module:object`, over scikit-learn's handwritten digits."""

import os
import signal
from pathlib import Path

import torch
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

DIGITS = load_digits()
IMAGES = torch.tensor(DIGITS.images[:300] / 16, dtype=torch.float32)[:, None]
LABELS = DIGITS.target[:300].tolist()


class Digits(Dataset):
    classes = tuple(map(str, range(10)))

    def __len__(self):
        return len(IMAGES)

    def __getitem__(self, index):
        return IMAGES[index].clone(), LABELS[index]


SPOILT = {
    12: lambda image, label: (image.index_fill(2, torch.tensor([3]), float("nan")), label),
    20: lambda image, _: (image, 10),
    40: lambda image, label: (image.repeat(3, 1, 1), label),
    60: lambda image, label: (image * 255, label),
    70: lambda image, label: (torch.full_like(image, 0.25), label),
    90: lambda image, _: (image, "seven"),
    100: lambda image, label: (image.reshape(1, 64), label),
    110: lambda *_: (IMAGES[111], (LABELS[111] + 1) % 10),
}


class Spoiled(Digits):
    def __getitem__(self, index):
        image, label = super().__getitem__(index)
        if index in (30, 31):
            raise ValueError(f"the scan {index} was never finished")
        if index == 80:
            Path("missing.png").read_bytes()
        return SPOILT.get(index, lambda image, label: (image, label))(image, label)


class Killer(Digits):
    def __getitem__(self, index):
        if index == 50:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__getitem__(index)


class Stream(IterableDataset):
    def __iter__(self):
        for index in range(60):
            yield IMAGES[index], LABELS[index]
            if index == 40:
                raise RuntimeError("the feed broke off")


class Boxed(Dataset):
    def __len__(self):
        return 20

    def __getitem__(self, index):
        boxes = torch.tensor([[1.0, 2, 20, 30], [5, 5, 40, 44]])
        if index == 7:
            boxes[0] = torch.tensor([20.0, 2, 1, 30])
        if index == 8:
            boxes[1, 2] = 80
        return torch.rand(3, 48, 64), {"boxes": boxes, "labels": torch.tensor([1, 2])}


class Files(Dataset):
    """Images from disk, of which one is cut off."""

    def __init__(self):
        self.paths = sorted(os.path.join("scans", name) for name in os.listdir("scans"))

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        from PIL import Image

        with Image.open(self.paths[index]) as image:
            return image.convert("RGB"), index % 2


def make():
    return Digits()


digits = Digits()
loader = DataLoader(digits, batch_size=8)
spoiled = Spoiled()
killer = Killer()
stream = Stream()
boxed = Boxed()
tensors = TensorDataset(torch.rand(50, 5), torch.randint(0, 2, (50,)))
pixels = TensorDataset((torch.rand(50, 3, 32, 32) * 255).to(torch.uint8), torch.randint(0, 2, (50,)))
standardised = TensorDataset(torch.randn(50, 3, 32, 32), torch.rand(50))
masks = TensorDataset(torch.rand(30, 3, 16, 16), torch.randint(0, 3, (30, 16, 16)))
channels_last = TensorDataset(torch.rand(50, 32, 32, 3), torch.randint(0, 2, (50,)))
divided_twice = TensorDataset(torch.rand(50, 3, 32, 32) / 255, torch.randint(0, 2, (50,)))
texts = [("a sentence", 0), ("a longer sentence", 1)] * 10
