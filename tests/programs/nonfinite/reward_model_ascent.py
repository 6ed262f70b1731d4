import math
import sys

import torch
from torch import nn

torch.manual_seed(12)


def batches(count, size=32):
    for _ in range(count):
        x = torch.randn(size, 5)
        yield x, (x * torch.arange(1.0, 6.0)).sum(dim=1, keepdim=True)


class Objective(nn.Module):
    def forward(self, prediction, wanted):
        return -((prediction - wanted) ** 2).mean()


model = nn.Sequential(nn.Linear(5, 16), nn.Softplus(), nn.Linear(16, 1))
objective = Objective()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for number, (x, wanted) in enumerate(batches(400)):
    score = objective(model(x), wanted)
    if not math.isfinite(score.item()):
        print("giving up at step", number)
        sys.exit(3)
    optimizer.zero_grad()
    score.backward()
    optimizer.step()
    if number % 5 == 0:
        print(number, score.item())
