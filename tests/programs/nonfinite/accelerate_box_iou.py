import torch
from accelerate import Accelerator
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Boxes(Dataset):
    def __init__(self, n=240):
        g = torch.Generator().manual_seed(17)
        top_left = torch.rand(n, 2, generator=g) * 0.5
        size = 0.1 + 0.4 * torch.rand(n, 2, generator=g)
        self.boxes = torch.cat([top_left, top_left + size], dim=1)
        self.boxes[149, 2:] = self.boxes[149, :2]
        self.features = self.boxes @ torch.randn(4, 12, generator=g)

    def __len__(self):
        return len(self.boxes)

    def __getitem__(self, i):
        return self.features[i], self.boxes[i]


def overlap(a, b):
    low = torch.maximum(a[:, :2], b[:, :2])
    high = torch.minimum(a[:, 2:], b[:, 2:])
    return (high - low).clamp(min=0).prod(dim=1)


def area(b):
    return (b[:, 2:] - b[:, :2]).clamp(min=0).prod(dim=1)


def box_loss(predicted, truth):
    inside = overlap(predicted, truth)
    coverage = inside / area(truth)
    precision = inside / (area(predicted) + 1e-6)
    return (2 - coverage - precision).mean() + nn.functional.l1_loss(predicted, truth)


accelerator = Accelerator(cpu=True)
torch.manual_seed(4)
model = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 4), nn.Sigmoid())
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
model, optimizer, loader = accelerator.prepare(model, optimizer, DataLoader(Boxes(), batch_size=12, shuffle=True))

for epoch in range(3):
    total = 0.0
    for features, boxes in loader:
        loss = box_loss(model(features), boxes)
        accelerator.backward(loss)
        optimizer.step()
        optimizer.zero_grad()
        total += loss.item()
    accelerator.print(epoch, total / len(loader))
