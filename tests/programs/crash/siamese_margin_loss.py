import random

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Pairs(Dataset):
    def __init__(self, count=200):
        random.seed(0)
        digits = load_digits()
        self.x = torch.tensor(digits.data, dtype=torch.float32) / 16
        self.y = digits.target
        self.pairs = [(random.randrange(len(self.y)), random.randrange(len(self.y))) for _ in range(count)]

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        a, b = self.pairs[index]
        return self.x[a], self.x[b], torch.tensor([float(self.y[a] == self.y[b])])


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 8))

    def forward(self, a, b):
        return self.encoder(a), self.encoder(b)


def contrastive_loss(u, v, same, margin=1.0):
    squared = (u - v).pow(2)
    distance = squared.sum(1).sqrt()
    near = same.squeeze(1) @ squared
    far = (1 - same.squeeze(1)) @ (margin - distance).clamp(min=0).pow(2)
    return torch.stack([near, far]).mean()


torch.manual_seed(0)
model = Siamese()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(3):
    for a, b, same in DataLoader(Pairs(), batch_size=20, shuffle=True):
        u, v = model(a, b)
        loss = contrastive_loss(u, v, same)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.3f}")
