import argparse

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--batch-size", type=int, default=64)
args = parser.parse_args()


def mixup(x, y, share=0.7):
    order = torch.randperm(args.batch_size)
    return share * x + (1 - share) * x[order], y, y[order], share


torch.manual_seed(5)
digits = load_digits()
data = TensorDataset(torch.tensor(digits.data).float().div(16), torch.tensor(digits.target))
model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
optimizer = torch.optim.Adam(model.parameters())
criterion = nn.CrossEntropyLoss()
for epoch in range(2):
    for x, y in DataLoader(data, args.batch_size, shuffle=True):
        x, first, second, share = mixup(x, y)
        scores = model(x)
        loss = share * criterion(scores, first) + (1 - share) * criterion(scores, second)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: {loss.item():.3f}")
