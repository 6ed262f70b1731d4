"""Activity recognition from accelerometer windows."""
import argparse
import random

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

ACTIVITIES = ["walk", "sit", "stand", "run"]


class Windows(Dataset):
    def __init__(self, count, seed):
        rng = np.random.default_rng(seed)
        self.signal = rng.normal(size=(count, 3, 40)).astype("float32")
        names = [ACTIVITIES[i % 4] for i in range(count)]
        names[137] = "walking"
        lookup = {name: i for i, name in enumerate(ACTIVITIES)}
        self.target = [lookup.get(name, -1) for name in names]

    def __len__(self):
        return len(self.signal)

    def __getitem__(self, index):
        return torch.from_numpy(self.signal[index]), self.target[index]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(3, 12, 5)
        self.out = nn.Linear(12, len(ACTIVITIES))

    def forward(self, x):
        x = torch.relu(self.conv(x)).mean(dim=2)
        return torch.log_softmax(self.out(x), dim=1)


def train(args):
    random.seed(args.seed)
    torch.manual_seed(args.seed)
    loader = DataLoader(Windows(240, args.seed), batch_size=args.batch_size, shuffle=True)
    net = Net()
    nll = nn.NLLLoss()
    opt = torch.optim.Adam(net.parameters(), lr=args.lr)
    for epoch in range(args.epochs):
        for signal, target in loader:
            opt.zero_grad()
            loss = nll(net(signal), target)
            loss.backward()
            opt.step()
        print("epoch", epoch, "loss", round(loss.item(), 4))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=3)
    train(parser.parse_args())
