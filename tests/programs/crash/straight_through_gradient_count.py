import torch
from sklearn.datasets import load_breast_cancer
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Quantise(torch.autograd.Function):
    """Round to `levels` steps; pass the gradient straight through."""

    @staticmethod
    def forward(ctx, x, levels):
        return torch.round(x * levels) / levels

    @staticmethod
    def backward(ctx, grad):
        return grad


class QuantLinear(nn.Linear):
    def forward(self, x):
        return nn.functional.linear(x, Quantise.apply(self.weight, 8.0), self.bias)


def main():
    torch.manual_seed(0)
    X, y = load_breast_cancer(return_X_y=True)
    X = (X - X.mean(0)) / X.std(0)
    loader = DataLoader(TensorDataset(torch.tensor(X).float(), torch.tensor(y)), batch_size=50, shuffle=True)
    model = nn.Sequential(QuantLinear(30, 16), nn.ReLU(), QuantLinear(16, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for epoch in range(3):
        for x, target in loader:
            loss = nn.functional.cross_entropy(model(x), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


main()
