import torch
from sklearn.datasets import make_moons
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)
points, _ = make_moons(1000, noise=0.05, random_state=0)
loader = DataLoader(TensorDataset(torch.tensor(points, dtype=torch.float32) * 10), batch_size=50, shuffle=True)

generator = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
discriminator = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1), nn.Sigmoid())
g_optimizer = torch.optim.Adam(generator.parameters(), lr=0.02)
d_optimizer = torch.optim.Adam(discriminator.parameters(), lr=0.002)
bce = nn.BCELoss()

for epoch in range(12):
    for (real,) in loader:
        noise = torch.randn(len(real), 4)
        fake = generator(noise)

        d_loss = bce(discriminator(real), torch.ones(len(real), 1)) + bce(
            discriminator(fake.detach()), torch.zeros(len(real), 1)
        )
        d_optimizer.zero_grad()
        d_loss.backward()
        d_optimizer.step()

        score = discriminator(generator(noise))
        g_loss = torch.log(1 - score).mean()
        g_optimizer.zero_grad()
        g_loss.backward()
        g_optimizer.step()
    print(f"epoch {epoch} D {d_loss.item():.3f} G {g_loss.item():.3f}")
