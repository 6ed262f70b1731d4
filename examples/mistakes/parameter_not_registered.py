"""Layers in a plain list: no parameter reaches the optimizer."""

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.layers = [nn.Conv2d(1, 16, 3, padding=1), nn.Linear(16 * 4 * 4, classes)]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        conv, fc = self.layers
        x = F.max_pool2d(F.relu(conv(x)), 2)
        return fc(x.flatten(1))


def main() -> None:
    torch.manual_seed(0)
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
    labels = torch.tensor(digits.target)
    loader = DataLoader(TensorDataset(images, labels), batch_size=64, shuffle=True)

    net = Net()
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
