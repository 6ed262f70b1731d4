import copy
import math

import torch
from sklearn.datasets import load_iris
from torch import nn


class EarlyStopping:
    def __init__(self, patience=5):
        self.patience, self.best, self.waited, self.state = patience, math.inf, 0, None

    def __call__(self, value, model):
        if value < self.best - 1e-3:
            self.best, self.waited, self.state = value, 0, copy.deepcopy(model.state_dict())
        else:
            self.waited += 1
        return self.waited >= self.patience


torch.manual_seed(0)
iris = load_iris()
order = torch.randperm(150)
x = torch.tensor(iris.data, dtype=torch.float32)[order]
y = torch.tensor(iris.target)[order]
model = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
stopper = EarlyStopping()
best_per_class = torch.full((3,), float("inf"))

for epoch in range(200):
    loss = nn.functional.cross_entropy(model(x[:100]), y[:100])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        each = nn.functional.cross_entropy(model(x[100:]), y[100:], reduction="none")
        valid = each.mean().item()
        per_class = torch.stack([each[y[100:] == c].mean() for c in range(3)])
        best_per_class = torch.minimum(best_per_class, per_class)
    if stopper(valid, model):
        break
model.load_state_dict(stopper.state)
print(epoch, stopper.best, best_per_class.tolist())
