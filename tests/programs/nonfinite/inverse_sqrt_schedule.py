import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(512, 10)
y = (x[:, :3].sum(dim=1) > 0).long()
loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
model = nn.Sequential(nn.Linear(10, 20), nn.Tanh(), nn.Linear(20, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
restart_every = 24


def learning_rate(step, base=0.3):
    position = np.float64((step + 1) % restart_every)
    with np.errstate(divide="ignore"):
        return float(base / np.sqrt(position))


step = 0
for epoch in range(4):
    for xb, yb in loader:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step)
        loss = nn.functional.cross_entropy(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
    print(epoch, step, loss.item())
