"""A hand-written gradient that calls itself along the chain of operations."""

from __future__ import annotations

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset


class Value:
    """A number that remembers what it was added up from."""

    def __init__(self, number: float, parents: tuple[Value, ...] = ()) -> None:
        self.number, self.parents, self.grad = number, parents, 0.0

    def __add__(self, other: Value) -> Value:
        return Value(self.number + other.number, (self, other))

    def backward(self, grad: float = 1.0) -> None:
        self.grad += grad
        for parent in self.parents:
            parent.backward(grad)


class Net(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 16, 3, padding=1)
        self.fc = nn.Linear(16 * 4 * 4, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        return self.fc(x.flatten(1))


def main() -> None:
    torch.manual_seed(0)
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
    labels = torch.tensor(digits.target)
    loader = DataLoader(TensorDataset(images, labels), batch_size=64, shuffle=True)

    net = Net()
    penalty = Value(0.0)
    for weight in net.parameters():
        for number in weight.detach().flatten().tolist():
            penalty = penalty + Value(abs(number))
    penalty.backward()
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    for epoch in range(3):
        right = 0
        for x, y in loader:
            logits = net(x)
            loss = F.cross_entropy(logits, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            right += int((logits.argmax(1) == y).sum())
        print(f"epoch {epoch}: {right / len(labels):.1%} right in training")


if __name__ == "__main__":
    main()
