import csv
import os
import tempfile

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

ROOT = tempfile.mkdtemp()


def prepare(count=60):
    rng = np.random.default_rng(0)
    os.makedirs(f"{ROOT}/images")
    with open(f"{ROOT}/labels.csv", "w", newline="") as f:
        writer = csv.writer(f)
        writer.writerow(["file", "species"])
        for i in range(count):
            name = f"leaf_{i:03d}.png"
            writer.writerow([name, i % 3])
            if i != 41:
                Image.fromarray(rng.integers(0, 255, (24, 24, 3), dtype=np.uint8)).save(f"{ROOT}/images/{name}")


class Leaves(Dataset):
    def __init__(self, root):
        self.root = root
        with open(os.path.join(root, "labels.csv")) as f:
            self.rows = list(csv.DictReader(f))

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, idx):
        row = self.rows[idx]
        path = os.path.join(self.root, "images", row["file"])
        image = Image.open(path).convert("RGB")
        x = torch.from_numpy(np.asarray(image, dtype=np.float32) / 255).permute(2, 0, 1)
        return x, int(row["species"])


prepare()
torch.manual_seed(2)
loader = DataLoader(Leaves(ROOT), batch_size=8, shuffle=True)
net = nn.Sequential(nn.Conv2d(3, 6, 5, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3))
opt = torch.optim.SGD(net.parameters(), lr=0.01)
for epoch in range(2):
    for x, y in loader:
        loss = nn.functional.cross_entropy(net(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
