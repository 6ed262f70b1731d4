import copy
import math

import torch
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(0)
bunch = load_digits()
x, y = torch.tensor(bunch.data, dtype=torch.float32) / 16, torch.tensor(bunch.target)
model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def find_rate(model, start=1e-4, factor=1.3):
    trial = copy.deepcopy(model)
    optimizer = torch.optim.SGD(trial.parameters(), lr=start)
    best, best_rate = math.inf, start
    for step in range(80):
        rows = torch.randint(0, len(x), (64,))
        loss = nn.functional.cross_entropy(trial(x[rows]), y[rows])
        if loss.item() > 4 * best or not math.isfinite(loss.item()):
            break
        if loss.item() < best:
            best, best_rate = loss.item(), optimizer.param_groups[0]["lr"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        optimizer.param_groups[0]["lr"] *= factor
    return best_rate / 10


rate = find_rate(model)
optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
for epoch in range(3):
    for rows in torch.randperm(len(x)).split(64):
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, rate, loss.item())
