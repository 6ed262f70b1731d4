"""Two-moons classification, configured by dataclasses, written as functions."""
from __future__ import annotations

import hashlib
import random
from dataclasses import asdict, dataclass, field, replace

import numpy as np
import torch
from sklearn.datasets import make_moons
from torch import nn


@dataclass(frozen=True)
class OptimConfig:
    lr: float = 0.02
    weight_decay: float = 1e-4


@dataclass(frozen=True)
class Config:
    seed: int = 7
    hidden: int = 16
    epochs: int = 40
    optim: OptimConfig = field(default_factory=OptimConfig)


def seed_everything(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def make_data():
    x, y = make_moons(400, noise=0.15)
    return torch.from_numpy(x).float(), torch.from_numpy(y).float()


def make_model(cfg: Config) -> nn.Module:
    return nn.Sequential(nn.Linear(2, cfg.hidden), nn.Tanh(), nn.Linear(cfg.hidden, 1))


def train(cfg: Config) -> nn.Module:
    x, y = make_data()
    model = make_model(cfg)
    optimizer = torch.optim.Adam(model.parameters(), **asdict(cfg.optim))
    loss_fn = nn.BCEWithLogitsLoss()
    for epoch in range(cfg.epochs):
        loss = loss_fn(model(x).squeeze(1), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if epoch % 10 == 0:
            print(epoch, round(loss.item(), 6))
    accuracy = ((model(x).squeeze(1) > 0) == (y > 0.5)).float().mean()
    print("accuracy", round(accuracy.item(), 4))
    return model


if __name__ == "__main__":
    torch.set_num_threads(1)
    config = replace(Config(), hidden=24)
    print(config)
    seed_everything(config.seed)
    net = train(config)
    print("random", random.random(), np.random.rand(), torch.rand(1).item())
    print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in net.parameters())).hexdigest())
