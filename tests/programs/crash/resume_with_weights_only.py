import os
import tempfile
from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class TrainState:
    epoch: int
    best_loss: float


class Trainer:
    def __init__(self, folder):
        torch.manual_seed(0)
        self.path = os.path.join(folder, "last.ckpt")
        self.model = nn.Sequential(nn.Linear(5, 8), nn.Hardswish(), nn.Linear(8, 1))
        self.optimizer = torch.optim.Adam(self.model.parameters())
        self.state = TrainState(0, float("inf"))

    def save(self):
        torch.save({"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "state": self.state}, self.path)

    def resume(self):
        checkpoint = torch.load(self.path)
        self.model.load_state_dict(checkpoint["model"])
        self.optimizer.load_state_dict(checkpoint["optimizer"])
        self.state = checkpoint["state"]

    def fit(self, epochs):
        while self.state.epoch < epochs:
            x = torch.rand(64, 5)
            loss = (self.model(x) - x.prod(1, keepdim=True)).square().mean()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.state = TrainState(self.state.epoch + 1, min(self.state.best_loss, loss.item()))
            self.save()


folder = tempfile.mkdtemp()
Trainer(folder).fit(3)
second = Trainer(folder)
second.resume()
second.fit(6)
print(second.state)
