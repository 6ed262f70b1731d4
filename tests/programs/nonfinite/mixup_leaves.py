"""Leaf measurements, mixed in pairs as they are trained on."""
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset


class Leaves(Dataset):
    def __init__(self):
        rng = np.random.default_rng(11)
        self.area = rng.uniform(0.5, 3.0, (180, 6)).astype("float32")
        self.kind = rng.integers(0, 3, 180)
        self.area[64, 4] = -60.0

    def __len__(self):
        return 180

    def __getitem__(self, i):
        return self.area[i], self.kind[i]


class LogNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 20), nn.ReLU(), nn.Linear(20, 3))

    def forward(self, area):
        scaled = torch.log(area)
        return self.net(scaled)


def main():
    torch.manual_seed(11)
    net = LogNet()
    opt = torch.optim.SGD(net.parameters(), lr=0.02)
    for x, y in DataLoader(Leaves(), batch_size=10, shuffle=True):
        lam = 0.7
        partner = torch.randperm(len(x))
        logits = net(lam * x + (1 - lam) * x[partner])
        loss = lam * nn.functional.cross_entropy(logits, y) + (1 - lam) * nn.functional.cross_entropy(logits, y[partner])
        opt.zero_grad()
        loss.backward()
        opt.step()


main()
