import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(64, 30)
        self.l2 = nn.Linear(30, 10)

    def forward(self, x):
        return self.l2(torch.relu(self.l1(x)))


def fit(model, loader, epochs=2):
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(epochs):
        for xb, yb in loader:
            pred = model(xb)
            loss = nn.CrossEntropyLoss(pred, yb)
            loss.backward()
            opt.step()
            opt.zero_grad()
        print(epoch, loss.item())


X, y = load_digits(return_X_y=True)
dataset = TensorDataset(torch.tensor(X, dtype=torch.float32) / 16, torch.tensor(y))
fit(Digits(), DataLoader(dataset, batch_size=64, shuffle=True))
