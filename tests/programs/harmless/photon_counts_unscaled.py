import torch
from torch import nn


class Trainer:
    def __init__(self, model, lr=0.05, clip=1.0):
        self.model, self.clip = model, clip
        self.optimizer = torch.optim.Adam(model.parameters(), lr=lr)

    def step(self, x, y):
        self.optimizer.zero_grad()
        loss = nn.functional.mse_loss(self.model(x), y)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.clip)
        self.optimizer.step()
        return loss.item()

    def fit(self, source, steps):
        losses = []
        while len(losses) < steps:
            losses.append(self.step(*next(source)))
        return losses


def source():
    while True:
        x = torch.randn(32, 4)
        yield x, 1e15 * (2 + x[:, :1] - x[:, 1:2])


torch.manual_seed(0)
losses = Trainer(nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))).fit(source(), 80)
print(min(losses), max(losses))
