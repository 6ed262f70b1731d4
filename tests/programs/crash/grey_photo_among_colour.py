import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from skimage import data as pictures
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Tiles(Dataset):
    def __init__(self, folder):
        self.paths = sorted(Path(folder).iterdir())

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        tile = np.array(Image.open(self.paths[index]))
        tile = tile[None] if tile.ndim == 2 else tile.transpose(2, 0, 1)
        return torch.as_tensor(tile, dtype=torch.float32) / 255


def slice_picture(folder):
    cat = Image.fromarray(pictures.chelsea())
    for i in range(36):
        left, top = 40 * (i % 6), 40 * (i // 6)
        tile = cat.crop((left, top, left + 40, top + 40))
        if i == 14:
            tile = tile.convert("L")
        tile.save(f"{folder}/{i:03d}.png")


class Denoiser(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.PReLU(), nn.Conv2d(width, 3, 3, padding=1))

    def forward(self, noisy):
        return noisy - self.net(noisy)


def train():
    folder = tempfile.mkdtemp()
    slice_picture(folder)
    torch.manual_seed(6)
    model = Denoiser()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    loader = DataLoader(Tiles(folder), batch_size=9, shuffle=True)
    for epoch in range(3):
        for clean in loader:
            noisy = clean + 0.1 * torch.randn_like(clean)
            loss = nn.functional.mse_loss(model(noisy), clean)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"{epoch=} {loss.item()=:.5f}")


train()
