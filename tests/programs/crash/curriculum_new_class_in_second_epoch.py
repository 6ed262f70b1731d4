from dataclasses import dataclass

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset


@dataclass
class Config:
    epochs: int = 3
    batch_size: int = 64
    lr: float = 0.05
    hidden: int = 32


class Trainer:
    """Easy digits first; harder ones join from epoch to epoch."""

    def __init__(self, config):
        self.config = config
        digits = load_digits()
        x = torch.from_numpy(digits.data).float().div(16)
        y = torch.from_numpy(digits.target).long()
        self.data = TensorDataset(x, y)
        self.order = torch.argsort(y, stable=True).tolist()
        self.model = nn.Sequential(nn.Linear(64, config.hidden), nn.Tanh(), nn.Linear(config.hidden, 6), nn.LogSoftmax(dim=1))
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=config.lr)

    def stage(self, epoch):
        known = [i for i in self.order if self.data.tensors[1][i] < 4 + 3 * epoch]
        return DataLoader(Subset(self.data, known[::3]), self.config.batch_size, shuffle=True)

    def step(self, x, y):
        loss = nn.functional.nll_loss(self.model(x), y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def fit(self):
        for epoch in range(self.config.epochs):
            losses = [self.step(x, y) for x, y in self.stage(epoch)]
            print(f"[{epoch}] {sum(losses) / len(losses):.4f}")


torch.manual_seed(11)
Trainer(Config()).fit()
