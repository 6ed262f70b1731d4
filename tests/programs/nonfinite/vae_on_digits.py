import torch
from sklearn.datasets import load_digits
from torch import nn


class VAE(nn.Module):
    def __init__(self, latent=6):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 32), nn.ReLU())
        self.mu = nn.Linear(32, latent)
        self.log_var = nn.Linear(32, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, 32), nn.ReLU(), nn.Linear(32, 64))

    def forward(self, x):
        h = self.encoder(x)
        mu, log_var = self.mu(h), self.log_var(h)
        std = torch.exp(0.5 * log_var)
        z = mu + std * torch.randn_like(std)
        return self.decoder(z), mu, log_var


def elbo(reconstruction, x, mu, log_var):
    rec = ((reconstruction - x) ** 2).sum()
    kl = -0.5 * (1 + log_var - mu ** 2 - log_var.exp()).sum()
    return rec + kl


torch.manual_seed(2)
x = torch.tensor(load_digits().data, dtype=torch.float32)
vae = VAE()
optimizer = torch.optim.SGD(vae.parameters(), lr=2e-4)
for epoch in range(4):
    for batch in x[torch.randperm(len(x))].split(32):
        reconstruction, mu, log_var = vae(batch)
        loss = elbo(reconstruction, batch, mu, log_var)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item() / 32)
