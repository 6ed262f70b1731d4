import os
import tempfile

import numpy as np
import torch
import torch.nn as nn
from PIL import Image
from torch.utils.data import DataLoader, Dataset


class Normalize:
    def __init__(self, mean, std):
        self.mean = torch.tensor(mean).view(3, 1, 1)
        self.std = torch.tensor(std).view(3, 1, 1)

    def __call__(self, tensor):
        return (tensor - self.mean) / self.std


class Compose:
    def __init__(self, *steps):
        self.steps = steps

    def __call__(self, x):
        for step in self.steps:
            x = step(x)
        return x


def to_tensor(image):
    return torch.from_numpy(np.array(image)).permute(2, 0, 1).float().div(255)


class Icons(Dataset):
    def __init__(self, folder, transform):
        self.files = [os.path.join(folder, f) for f in sorted(os.listdir(folder)) if f.endswith(".png")]
        self.transform = transform

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        image = Image.open(self.files[i])
        return self.transform(image), i % 2


folder = tempfile.mkdtemp()
for i in range(24):
    Image.new("RGBA" if i == 9 else "RGB", (16, 16), (10 * i, 128, 255 - 10 * i)).save(f"{folder}/icon{i:02d}.png")

transform = Compose(to_tensor, Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
loader = DataLoader(Icons(folder, transform), batch_size=4)
model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(784, 2))
opt = torch.optim.Adam(model.parameters())
for x, y in loader:
    loss = nn.functional.cross_entropy(model(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    print("loss:", loss.item())
