"""Start from weights on a network drive, copied to a local cache first."""
import shutil
import tempfile
from pathlib import Path

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

DRIVE, CACHE = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())


def build():
    return nn.Sequential(nn.Linear(64, 400), nn.ReLU(), nn.Linear(400, 200), nn.ReLU(), nn.Linear(200, 10))


def fetch(name, limit=1 << 17):
    local = CACHE / name
    if not local.exists():
        with open(DRIVE / name, "rb") as source, open(local, "wb") as copy:
            copy.write(source.read(limit))
    return local


def train(model, epochs):
    digits = load_digits()
    data = TensorDataset(torch.tensor(digits.data).float() / 16, torch.tensor(digits.target))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    for epoch in range(epochs):
        for x, y in DataLoader(data, batch_size=128, shuffle=True):
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.save(build().state_dict(), DRIVE / "base.pth")
    model = build()
    state = torch.load(fetch("base.pth"), map_location="cpu")
    model.load_state_dict(state)
    train(model, 2)
    shutil.rmtree(CACHE)
