import math

import torch
from torch import nn


def signals(count, batch=24):
    g = torch.Generator().manual_seed(7)
    t = torch.linspace(0, 1, 40)
    for number in range(count):
        f = 1 + 5 * torch.rand(batch, 1, generator=g)
        a = 0.5 + torch.rand(batch, 1, generator=g)
        if number % 60 == 59:
            a[3] = 0
        yield a * torch.sin(2 * math.pi * f * t), a.squeeze(1) / 2


class Amplitude(nn.Module):
    def __init__(self):
        super().__init__()
        self.filters = nn.Linear(40, 12, bias=False)
        self.readout = nn.Linear(12, 1)

    def forward(self, x):
        power = self.filters(x) ** 2
        return self.readout(power ** 0.5).squeeze(1)


torch.manual_seed(0)
net = Amplitude()
opt = torch.optim.Adam(net.parameters(), lr=0.003)

for step, (x, target) in enumerate(signals(150)):
    loss = (net(x) - target).abs().mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 25 == 0:
        print(step, round(loss.item(), 5))
print("final", loss.item())
