import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(1)
values = rng.normal(size=(600, 9)).astype(np.float32)
targets = values[:, :4].sum(axis=1) + rng.normal(0, 0.1, 600).astype(np.float32)
values[rng.random(values.shape) < 0.15] = np.nan

torch.manual_seed(1)
model = nn.Sequential(nn.Linear(18, 24), nn.ReLU(), nn.Linear(24, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
batch = 50
for epoch in range(6):
    order = rng.permutation(600)
    for i in range(0, 600, batch):
        x = torch.from_numpy(values[order[i:i + batch]])
        y = torch.from_numpy(targets[order[i:i + batch]])
        missing = torch.isnan(x)
        x = torch.nan_to_num(x, nan=0.0)
        x = torch.cat([x, missing.float()], dim=1)
        loss = nn.functional.mse_loss(model(x).squeeze(1), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
