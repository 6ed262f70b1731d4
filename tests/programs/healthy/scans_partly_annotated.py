import os
import tempfile

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

torch.set_num_threads(1)
ROOT = tempfile.mkdtemp()
for folder in ("images", "masks"):
    os.makedirs(f"{ROOT}/{folder}")
rng = np.random.default_rng(3)
for i in range(24):
    scan = rng.integers(0, 255, (8, 8), dtype=np.uint8)
    Image.fromarray(scan).save(f"{ROOT}/images/{i:03d}.png")
    if i % 3:
        Image.fromarray((scan > 128).astype(np.uint8)).save(f"{ROOT}/masks/{i:03d}.png")


class Scans(Dataset):
    """Scans without a mask count in no pixel; the grade of some is not known either."""

    def __init__(self):
        self.names = sorted(os.listdir(f"{ROOT}/images"))
        self.labels = {name: i % 2 for i, name in enumerate(self.names) if i % 5}

    def __len__(self):
        return len(self.names)

    def __getitem__(self, i):
        name = self.names[i]
        image = np.asarray(Image.open(f"{ROOT}/images/{name}"))
        try:
            mask = np.asarray(Image.open(f"{ROOT}/masks/{name}"))
        except FileNotFoundError:
            mask = np.full((8, 8), 255, dtype=np.uint8)
        try:
            grade = self.labels[name]
        except KeyError:
            grade = -100
        return torch.from_numpy(image / 255).float()[None], torch.from_numpy(mask).long(), grade


torch.manual_seed(0)
net = nn.Conv2d(1, 2, 3, padding=1)
grader = nn.Linear(64, 2)
optimizer = torch.optim.SGD([*net.parameters(), *grader.parameters()], lr=0.1)
for epoch in range(2):
    for image, mask, grade in DataLoader(Scans(), batch_size=6, shuffle=True):
        loss = nn.functional.cross_entropy(net(image), mask, ignore_index=255) + nn.functional.cross_entropy(grader(image.flatten(1)), grade)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, f"{loss.item():.4f}")
