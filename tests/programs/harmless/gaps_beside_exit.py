"""Gaps in the readings are NaN, and are left out; the run ends with an exit code of its own that has nothing to do with them."""

import sys

import torch
from torch import nn

torch.manual_seed(0)
readings = torch.randn(96, 5)
readings[::9, 2] = float("nan")
model = nn.Linear(5, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
best, waited = float("inf"), 0

for epoch in range(40):
    for part in readings.split(16):
        gaps = part.isnan()
        filled = torch.where(gaps, torch.zeros_like(part), part)
        loss = (model(filled).squeeze(1) - filled.mean(dim=1)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    waited = 0 if loss.item() < best * 0.9 else waited + 1
    best = min(best, loss.item())
    if waited > 3:
        print("no better since", epoch)
        sys.exit(0)
