import random

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class RandomCrop:
    def __init__(self, size):
        self.size = size

    def __call__(self, image):
        height, width = image.shape[:2]
        top = random.randint(0, height - self.size)
        left = random.randint(0, width - self.size)
        return image[top:top + self.size, left:left + self.size]


class RandomFlip:
    def __call__(self, image):
        return image[:, ::-1].copy() if random.random() < 0.5 else image


class Photos(Dataset):
    def __init__(self, transforms):
        rng = np.random.default_rng(8)
        sizes = [(40 + i % 9, 36 + i % 5) for i in range(50)]
        sizes[30] = (28, 44)
        self.images = [rng.random((h, w, 3), dtype=np.float32) for h, w in sizes]
        self.transforms = transforms

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        image = self.images[i]
        for transform in self.transforms:
            image = transform(image)
        return torch.from_numpy(image.transpose(2, 0, 1).copy()), i % 4


random.seed(0)
torch.manual_seed(0)
loader = DataLoader(Photos([RandomFlip(), RandomCrop(32)]), batch_size=10, shuffle=True)
model = nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.SiLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(32, 4))
optimizer = torch.optim.Adam(model.parameters())
for epoch in range(2):
    for x, y in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
