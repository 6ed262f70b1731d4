import os
import tempfile

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

ROOT = tempfile.mkdtemp()


def prepare(count=48):
    rng = np.random.default_rng(3)
    os.makedirs(f"{ROOT}/images")
    os.makedirs(f"{ROOT}/masks")
    for i in range(count):
        scan = rng.integers(0, 255, (16, 16), dtype=np.uint8)
        Image.fromarray(scan).save(f"{ROOT}/images/scan_{i:03d}.png")
        if i != 29:
            Image.fromarray((scan > 128).astype(np.uint8)).save(f"{ROOT}/masks/scan_{i:03d}.png")


class Scans(Dataset):
    def __init__(self, root):
        self.root = root
        self.names = sorted(os.listdir(os.path.join(root, "images")))

    def __len__(self):
        return len(self.names)

    def read(self, folder, name):
        return np.asarray(Image.open(os.path.join(self.root, folder, name)))

    def __getitem__(self, idx):
        image = self.read("images", self.names[idx])
        mask = self.read("masks", self.names[idx])
        return torch.from_numpy(image / 255).float()[None], torch.from_numpy(mask).long()


prepare()
torch.manual_seed(4)
scans = Scans(ROOT)
loader = DataLoader(scans, batch_size=8, shuffle=True)
net = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 2, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(2):
    for image, mask in loader:
        loss = nn.functional.cross_entropy(net(image), mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
