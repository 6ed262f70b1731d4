import os
import tempfile

import torch
from sklearn.datasets import load_digits
from torch import nn

folder = tempfile.mkdtemp()
os.symlink("/dev/full", os.path.join(folder, "model_2.pt"))


class VAE(nn.Module):
    def __init__(self, latent=4):
        super().__init__()
        self.encoder = nn.Linear(64, 2 * latent)
        self.decoder = nn.Sequential(nn.Linear(latent, 32), nn.ReLU(), nn.Linear(32, 64))

    def forward(self, x):
        mean, log_variance = self.encoder(x).chunk(2, dim=1)
        z = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        kl = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(1).mean()
        return self.decoder(z), kl


def save(network, epoch):
    with open(os.path.join(folder, f"model_{epoch}.pt"), "wb") as file:
        torch.save(network.state_dict(), file)
        file.flush()


def main():
    torch.manual_seed(0)
    x = torch.tensor(load_digits().data, dtype=torch.float32) / 16
    model = VAE()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(1, 4):
        for rows in torch.randperm(len(x)).split(200):
            reconstruction, kl = model(x[rows])
            loss = nn.functional.mse_loss(reconstruction, x[rows], reduction="sum") / len(rows) + 0.01 * kl
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        save(model, epoch)
        print(f"epoch {epoch}: {loss.item():.2f}")


main()
