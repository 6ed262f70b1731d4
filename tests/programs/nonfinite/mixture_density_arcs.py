import math

import numpy as np
import torch
from torch import nn


class MixtureDensity(nn.Module):
    def __init__(self, components=4, hidden=24):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(1, hidden), nn.Tanh())
        self.pi = nn.Linear(hidden, components)
        self.mu = nn.Linear(hidden, components)
        self.log_sigma = nn.Linear(hidden, components)

    def forward(self, x):
        h = self.body(x)
        return torch.softmax(self.pi(h), dim=1), self.mu(h), torch.exp(self.log_sigma(h))


def negative_log_likelihood(pi, mu, sigma, y):
    z = (y[:, None] - mu) / sigma
    density = torch.exp(-0.5 * z ** 2) / (sigma * math.sqrt(2 * math.pi))
    return -torch.log((pi * density).sum(dim=1)).mean()


def arcs(n, rng):
    y = rng.uniform(-4, 4, n)
    x = 0.3 * y + 1.5 * np.sin(1.2 * y) + rng.normal(0, 0.02, n)
    return x.astype("float32")[:, None], y.astype("float32")


rng = np.random.default_rng(4)
torch.manual_seed(4)
net = MixtureDensity()
opt = torch.optim.Adam(net.parameters(), lr=0.03)
for step in range(300):
    x, y = map(torch.from_numpy, arcs(64, rng))
    if step == 200:
        y[17] = 500.0
    nll = negative_log_likelihood(*net(x), y)
    opt.zero_grad()
    nll.backward()
    opt.step()
    if step % 30 == 0:
        print(step, nll.item())
