import argparse

import torch
from torch import nn


def ratings(users, items, rank, seed):
    g = torch.Generator().manual_seed(seed)
    table = torch.randn(users, rank, generator=g) @ torch.randn(rank, items, generator=g)
    rows = torch.randint(0, users, (4000,), generator=g)
    cols = torch.randint(0, items, (4000,), generator=g)
    return rows, cols, table[rows, cols]


class Factors(nn.Module):
    def __init__(self, users, items, rank):
        super().__init__()
        self.user = nn.Embedding(users, rank, sparse=True)
        self.item = nn.Embedding(items, rank)

    def forward(self, u, i):
        return (self.user(u) * self.item(i)).sum(dim=1)


def run(args):
    torch.manual_seed(args.seed)
    rows, cols, values = ratings(80, 50, 4, args.seed)
    model = Factors(80, 50, 8)
    for_users = torch.optim.SGD(model.user.parameters(), lr=args.user_lr)
    for_items = torch.optim.Adam(model.item.parameters(), lr=args.item_lr)
    for epoch in range(args.epochs):
        order = torch.randperm(len(rows))
        for part in order.split(args.batch):
            u, i, r = rows[part], cols[part], values[part]
            error = model(u, i) - r
            loss = error.pow(2).mean()
            for_users.zero_grad()
            for_items.zero_grad()
            loss.backward()
            for_users.step()
            for_items.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--user-lr", type=float, default=20.0)
    p.add_argument("--item-lr", type=float, default=0.01)
    p.add_argument("--batch", type=int, default=100)
    p.add_argument("--epochs", type=int, default=4)
    p.add_argument("--seed", type=int, default=0)
    run(p.parse_args())
