import argparse

import torch
from sklearn.datasets import load_digits
from torch import nn


class LogIntensity(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.mix = nn.Linear(64, width)
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        z = torch.relu(self.mix(x) + 0.5)
        z = torch.where(z > 0, torch.log(z), torch.zeros_like(z))
        return self.head(z)


def training_step(model, optimizer, x, y):
    optimizer.zero_grad(set_to_none=True)
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--batch-size", type=int, default=50)
    parser.add_argument("--lr", type=float, default=0.01)
    args = parser.parse_args()

    torch.manual_seed(0)
    digits = load_digits()
    x = torch.tensor(digits.data / 16, dtype=torch.float32)
    y = torch.tensor(digits.target)
    model = LogIntensity(args.width)
    nn.init.normal_(model.mix.weight, std=0.02)
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
    for epoch in range(3):
        order = torch.randperm(len(x))
        losses = [training_step(model, optimizer, x[ids], y[ids]) for ids in order.split(args.batch_size)]
        print(f"epoch {epoch} first {losses[0]:.3f} last {losses[-1]:.3f}")


if __name__ == "__main__":
    main()
