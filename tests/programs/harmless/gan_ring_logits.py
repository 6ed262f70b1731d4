import math

import torch
from torch import nn

torch.manual_seed(0)
generator = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
discriminator = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
g_opt = torch.optim.Adam(generator.parameters(), lr=1e-3)
d_opt = torch.optim.Adam(discriminator.parameters(), lr=1e-3)
bce = nn.functional.binary_cross_entropy_with_logits


def ring(n):
    angle = torch.rand(n) * 2 * math.pi
    return torch.stack([angle.cos(), angle.sin()], dim=1) * 30


for step in range(250):
    real, fake = ring(64), generator(torch.randn(64, 4))
    real_score, fake_score = discriminator(real), discriminator(fake.detach())
    d_loss = bce(real_score, torch.ones(64, 1)) + bce(fake_score, torch.zeros(64, 1))
    d_opt.zero_grad()
    d_loss.backward()
    d_opt.step()
    g_loss = bce(discriminator(fake), torch.ones(64, 1))
    g_opt.zero_grad()
    g_loss.backward()
    g_opt.step()
    if step % 50 == 0:
        with torch.no_grad():
            odds = (torch.log(torch.sigmoid(real_score * 30)) - torch.log(torch.sigmoid(fake_score * 30))).mean()
        print(step, d_loss.item(), g_loss.item(), odds.item())
