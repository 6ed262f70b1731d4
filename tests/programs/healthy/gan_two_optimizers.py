"""A small GAN on the digits: two networks, two optimizers, detach for the discriminator step."""
import hashlib

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(42)
torch.set_num_threads(1)

real_images = torch.tensor(load_digits().data, dtype=torch.float32) / 8 - 1
loader = DataLoader(TensorDataset(real_images), batch_size=128, shuffle=True, drop_last=True)


class Generator(nn.Module):
    def __init__(self, z=16):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(z, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 64), nn.Tanh())

    def forward(self, z):
        return self.net(z)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(64, 1))

    def forward(self, x):
        return self.net(x)


G, D = Generator(), Discriminator()
opt_g = torch.optim.Adam(G.parameters(), lr=2e-4, betas=(0.5, 0.999))
opt_d = torch.optim.Adam(D.parameters(), lr=2e-4, betas=(0.5, 0.999))
bce = nn.BCEWithLogitsLoss()

for epoch in range(3):
    for (real,) in loader:
        n = real.size(0)
        fake = G(torch.randn(n, 16))
        # discriminator
        opt_d.zero_grad()
        loss_d = bce(D(real), torch.ones(n, 1)) + bce(D(fake.detach()), torch.zeros(n, 1))
        loss_d.backward()
        opt_d.step()
        # generator
        opt_g.zero_grad()
        loss_g = bce(D(fake), torch.ones(n, 1))
        loss_g.backward()
        opt_g.step()
    print(f"epoch {epoch} d {loss_d.item():.5f} g {loss_g.item():.5f}")

state = {**{f"g.{k}": v for k, v in G.state_dict().items()}, **{f"d.{k}": v for k, v in D.state_dict().items()}}
print("digest", hashlib.sha256(b"".join(v.numpy().tobytes() for v in state.values())).hexdigest())
