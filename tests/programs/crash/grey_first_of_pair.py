import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from skimage import data as pictures
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Patches(Dataset):
    def __init__(self, folder):
        self.paths = sorted(Path(folder).iterdir())

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        patch = np.array(Image.open(self.paths[index]))
        patch = patch[None] if patch.ndim == 2 else patch.transpose(2, 0, 1)
        return torch.as_tensor(patch, dtype=torch.float32) / 255, index % 2


def cut(folder):
    cup = Image.fromarray(pictures.coffee())
    for i in range(24):
        patch = cup.crop((50 * (i % 8), 50 * (i // 8), 50 * (i % 8) + 32, 50 * (i // 8) + 32))
        if i == 8:
            patch = patch.convert("L")
        patch.save(f"{folder}/{i:02d}.png")


folder = tempfile.mkdtemp()
cut(folder)
torch.manual_seed(0)
model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for epoch in range(2):
    for x, y in DataLoader(Patches(folder), batch_size=2):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
