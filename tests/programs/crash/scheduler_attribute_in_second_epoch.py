import argparse

import torch
from sklearn.datasets import load_diabetes
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--warmup_epochs", type=int, default=1)
    parser.add_argument("--learning_rate", type=float, default=0.01)
    return parser.parse_args()


def adjust(optimizer, epoch, options):
    if epoch < options.warmup_epochs:
        rate = options.learning_rate * 0.1
    else:
        rate = options.lr * 0.5 ** (epoch - options.warmup_epochs)
    for group in optimizer.param_groups:
        group["lr"] = rate


def main(args):
    torch.manual_seed(0)
    X, y = load_diabetes(return_X_y=True)
    data = TensorDataset(torch.tensor(X).float(), torch.tensor((y - 150) / 77).float())
    loader = DataLoader(data, batch_size=32, shuffle=True)
    model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 1), nn.Flatten(0))
    optimizer = torch.optim.Adam(model.parameters(), lr=args.learning_rate)
    for epoch in range(args.epochs):
        adjust(optimizer, epoch, args)
        for x, target in loader:
            loss = nn.functional.mse_loss(model(x), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print("epoch", epoch, "mse", loss.item())


if __name__ == "__main__":
    main(parse())
