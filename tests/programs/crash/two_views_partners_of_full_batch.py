import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

BATCH = 64
PARTNERS = torch.cat([torch.arange(BATCH) + BATCH, torch.arange(BATCH)])


def info_nce(a, b, temperature=0.5):
    z = F.normalize(torch.cat([a, b]), dim=1)
    similarity = (z @ z.T / temperature).masked_fill(torch.eye(len(z), dtype=torch.bool), -1e9)
    return F.cross_entropy(similarity, PARTNERS[: len(z)])


torch.manual_seed(6)
digits = load_digits()
loader = DataLoader(TensorDataset(torch.tensor(digits.data).float().div(16), torch.tensor(digits.target)), BATCH, shuffle=True)
encoder = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 16))
optimizer = torch.optim.Adam(encoder.parameters())
for epoch in range(2):
    for x, _ in loader:
        loss = info_nce(encoder(x + 0.1 * torch.randn_like(x)), encoder(x + 0.1 * torch.randn_like(x)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
