"""An anchor-free detector of digits pasted into a scene. One annotation was squeezed to a line: its locations lie on its left and right edge at once."""

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset

SIZE, STRIDE = 32, 4


class Scenes(Dataset):
    def __init__(self, count=60):
        draw, digits = np.random.default_rng(0), load_digits()
        self.images = np.zeros((count, SIZE, SIZE), np.float32)
        self.boxes = []
        for i in range(count):
            boxes = []
            for _ in range(draw.integers(1, 4)):
                x, y = draw.integers(0, SIZE - 8, 2)
                self.images[i, y : y + 8, x : x + 8] = digits.images[draw.integers(1000)] / 16
                boxes.append([x, y, x + 8, y + 8])
            self.boxes.append(boxes)
        self.boxes[41][0] = [14, 5, 14, 29]

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        return torch.from_numpy(self.images[i])[None], torch.tensor(self.boxes[i], dtype=torch.float32)


def stacked(samples):
    images, boxes = zip(*samples)
    return torch.stack(images), list(boxes)


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 16, 3, 2, 1), nn.ReLU())
        self.sides, self.centre = nn.Conv2d(16, 4, 1), nn.Conv2d(16, 1, 1)
        at = torch.arange(SIZE // STRIDE) * STRIDE + STRIDE // 2
        y, x = torch.meshgrid(at, at, indexing="ij")
        self.register_buffer("locations", torch.stack([x.flatten(), y.flatten()], 1).float())

    def forward(self, images):
        seen = self.body(images)
        return self.sides(seen).flatten(2).transpose(1, 2).exp() * STRIDE, self.centre(seen).flatten(1)


def centreness(sides):
    across, along = sides[:, [0, 2]], sides[:, [1, 3]]
    ratio = across.amin(1) / across.amax(1)
    return (ratio * along.amin(1) / along.amax(1)).sqrt()


class Head(nn.Module):
    def forward(self, sides, centre, locations, boxes):
        total = sides.new_zeros(())
        for seen, score, truth in zip(sides, centre, boxes):
            x, y = locations[:, :1], locations[:, 1:]
            each = torch.stack([x - truth[:, 0], y - truth[:, 1], truth[:, 2] - x, truth[:, 3] - y], 2)
            within, which = each.amin(2).max(1)
            inside = within >= 0
            wanted = each[torch.arange(len(each)), which][inside]
            total = total + F.smooth_l1_loss(seen[inside], wanted) + F.binary_cross_entropy_with_logits(score[inside], centreness(wanted))
        return total / len(boxes)


class Trainer:
    def __init__(self):
        self.detector, self.head = Detector(), Head()
        self.optimizer = torch.optim.AdamW(self.detector.parameters(), 1e-3)

    def learn(self, images, boxes):
        loss = self.head(*self.detector(images), self.detector.locations, boxes)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


torch.manual_seed(0)
trainer = Trainer()
for epoch in range(2):
    for images, boxes in DataLoader(Scenes(), 6, shuffle=True, collate_fn=stacked):
        loss = trainer.learn(images, boxes)
    print(epoch, round(loss, 3))
