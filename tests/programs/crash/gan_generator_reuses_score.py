import argparse

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--latent", type=int, default=4)
opt = parser.parse_args()

torch.manual_seed(0)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(nn.Linear(opt.latent, 16), nn.ReLU(), nn.Linear(16, 2))

    def forward(self, z):
        return self.model(z)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))

    def forward(self, x):
        return self.model(x)


generator, discriminator = Generator(), Discriminator()
adversarial = nn.BCEWithLogitsLoss()
optimizer_g = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
real_label, fake_label = torch.ones(32, 1), torch.zeros(32, 1)

for i in range(opt.steps):
    angle = 6.2832 * torch.rand(32)
    ring = torch.stack([angle.cos(), angle.sin()], dim=1)
    fake = generator(torch.randn(32, opt.latent))
    fake_score = discriminator(fake)

    d_loss = (adversarial(discriminator(ring), real_label) + adversarial(fake_score, fake_label)) / 2
    optimizer_d.zero_grad()
    d_loss.backward()

    g_loss = adversarial(fake_score, real_label)
    optimizer_g.zero_grad()
    g_loss.backward()

    optimizer_d.step()
    optimizer_g.step()
    print(f"[{i}/{opt.steps}] D {d_loss.item():.3f} G {g_loss.item():.3f}")
