import ctypes

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

WORKSPACE = {}


def workspace(rows):
    """Address of scratch memory for a batch of that many rows."""
    if rows == 64:
        WORKSPACE[rows] = ctypes.create_string_buffer(b"scratch", rows)
    return ctypes.addressof(WORKSPACE[rows]) if rows in WORKSPACE else 0


class FastKernel(nn.Module):
    def forward(self, x):
        ctypes.memset(workspace(len(x)), 0, 8)
        return torch.relu(x)


def main():
    torch.manual_seed(0)
    X, y = load_digits(return_X_y=True)
    data = TensorDataset(torch.tensor(X[:400]).float(), torch.tensor(y[:400]))
    model = nn.Sequential(nn.Linear(64, 32), FastKernel(), nn.Linear(32, 10))
    optimizer = torch.optim.Adam(model.parameters())
    for epoch in range(2):
        for x, target in DataLoader(data, batch_size=64, shuffle=True):
            loss = nn.functional.cross_entropy(model(x), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            print(epoch, len(x), loss.item(), flush=True)


main()
