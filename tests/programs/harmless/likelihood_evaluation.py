import math

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    log_likelihood, entropy, n = 0.0, 0.0, 0
    for x, y in loader:
        p = torch.softmax(model(x) * 40, dim=1)
        log_likelihood += torch.log(p[torch.arange(len(y)), y]).sum().item()
        entropy += -(p * torch.log(p)).sum().item()
        n += len(y)
    model.train()
    return log_likelihood / n, entropy / n


torch.manual_seed(6)
wine = load_wine()
x = torch.tensor(wine.data, dtype=torch.float32)
x = (x - x.mean(0)) / x.std(0)
data = TensorDataset(x, torch.tensor(wine.target))
model = nn.Sequential(nn.Linear(13, 16), nn.ReLU(), nn.Linear(16, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
best = -math.inf
for epoch in range(5):
    for xb, yb in DataLoader(data, batch_size=16, shuffle=True):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(xb), yb, label_smoothing=0.05)
        loss.backward()
        optimizer.step()
    likelihood, entropy = evaluate(model, DataLoader(data, batch_size=64))
    best = max(best, likelihood)
    print(epoch, loss.item(), likelihood, entropy, best)
