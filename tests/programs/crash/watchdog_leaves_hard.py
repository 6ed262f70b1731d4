import os

import torch
from sklearn.datasets import load_diabetes
from torch import nn

diabetes = load_diabetes()
x = torch.tensor(diabetes.data, dtype=torch.float32)
y = torch.tensor(diabetes.target, dtype=torch.float32)[:, None]


def watch(loss):
    if not torch.isfinite(loss) or loss > 1e12:
        os._exit(3)


torch.manual_seed(0)
model = nn.Linear(10, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=40.0)
for epoch in range(60):
    for start in range(0, 440, 40):
        loss = nn.functional.mse_loss(model(x[start : start + 40]), y[start : start + 40])
        watch(loss)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
print("done")
