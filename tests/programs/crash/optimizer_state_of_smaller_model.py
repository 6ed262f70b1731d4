import io

import torch
from sklearn.datasets import load_digits
from torch import nn

X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X).float() / 16, torch.tensor(y)


def head():
    return nn.Linear(32, 10)


def make(deep):
    body = [nn.Linear(64, 32), nn.ReLU()]
    if deep:
        body += [nn.Linear(32, 32), nn.ReLU()]
    return nn.Sequential(*body, head())


def train(model, optimizer, epochs):
    for epoch in range(epochs):
        for rows in torch.randperm(len(X)).split(200):
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


torch.manual_seed(0)
first = make(deep=False)
adam = torch.optim.Adam(first.parameters(), lr=1e-3)
train(first, adam, 2)
buffer = io.BytesIO()
torch.save({"optimizer": adam.state_dict()}, buffer)

# continue with one layer more
buffer.seek(0)
second = make(deep=True)
adam = torch.optim.Adam(second.parameters(), lr=1e-4)
adam.load_state_dict(torch.load(buffer)["optimizer"])
train(second, adam, 2)
