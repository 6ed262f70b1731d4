import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
LEVELS = 200
kept = torch.cumprod(1 - torch.linspace(0, 0.02, LEVELS), 0)


class Denoiser(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, 32), nn.SiLU(), nn.Linear(32, 2))

    def forward(self, x, level):
        return self.layers(torch.cat([x, level[:, None] / LEVELS], 1))


net = Denoiser()
optimizer = torch.optim.Adam(net.parameters(), 1e-3)
points = torch.randn(1200, 2)
for epoch in range(2):
    for (x,) in DataLoader(TensorDataset(points), 8, shuffle=True):
        level = torch.randint(0, LEVELS, (len(x),))
        noise = torch.randn_like(x)
        noisy = kept[level].sqrt()[:, None] * x + (1 - kept[level]).sqrt()[:, None] * noise
        weight = kept[level] / (1 - kept[level])
        loss = (weight * (net(noisy, level) - noise).square().mean(1)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
