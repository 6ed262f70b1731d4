import math

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Compass(Dataset):
    def __init__(self, n=300):
        g = torch.Generator().manual_seed(2)
        heading = (torch.rand(n, generator=g) - 0.5) * 2 * math.pi
        field = torch.stack([torch.cos(heading), torch.sin(heading)], dim=1)
        self.readings = field.repeat(1, 3) + 0.1 * torch.randn(n, 6, generator=g)
        self.readings[231] = 0.0
        self.heading = heading

    def __len__(self):
        return len(self.heading)

    def __getitem__(self, i):
        return {"reading": self.readings[i], "heading": self.heading[i]}


class HeadingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.project = nn.Linear(6, 2, bias=False)

    def forward(self, reading):
        north, east = self.project(reading).unbind(dim=1)
        return torch.atan2(east, north)


def angular_loss(a, b):
    return (1 - torch.cos(a - b)).mean()


device = torch.device("cpu")
torch.manual_seed(2)
model = HeadingNet().to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
loader = DataLoader(Compass(), batch_size=10, shuffle=True)
for epoch in range(3):
    for batch in loader:
        batch = {k: v.to(device) for k, v in batch.items()}
        loss = angular_loss(model(batch["reading"]), batch["heading"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
