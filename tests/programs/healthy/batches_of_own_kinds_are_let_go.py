"""Batches whose attributes are made by being asked for, freed as soon as the program lets them go; `locals()` kept as hyper-parameters."""
import collections
import weakref

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Tree(collections.defaultdict):
    def __init__(self):
        super().__init__(Tree)

    __getattr__ = collections.defaultdict.__getitem__
    __setattr__ = collections.defaultdict.__setitem__


class Lazy:
    def __init__(self, x):
        self.x = x

    def __getattr__(self, name):
        print("loads", name)
        raise AttributeError(name)

    def __del__(self):
        print("freed")


class Rows(Dataset):
    def __len__(self):
        return 12

    def __getitem__(self, index):
        return torch.full((4,), index / 12)


def tree(rows):
    batch = Tree()
    batch.image.x = torch.stack(rows)
    batch.count = len(rows)
    return batch


def several(rows):
    return [torch.stack(rows), Tree()]


def main(rate=0.1, epochs=2):
    given = locals()
    torch.manual_seed(0)
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), rate)

    def learn(x):
        loss = model(x).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    for batch in DataLoader(Rows(), batch_size=4, collate_fn=tree):
        learn(batch.image.x)
        print(sorted(batch), sorted(batch.image))
    for x, beside in DataLoader(Rows(), batch_size=4, collate_fn=several):
        learn(x)
        print(dict(beside))
    for _ in range(epochs):
        for lazy in DataLoader(Rows(), batch_size=4, collate_fn=lambda rows: Lazy(torch.stack(rows))):
            learn(lazy.x)
            print("step")
        del lazy
        print("epoch over")
    print(sorted(given))
    return model


def lets_go():
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    ghosts = []
    for _ in range(4):
        x = torch.randn(8, 4)
        out = model(x)
        optimizer.zero_grad()
        out.square().mean().backward()
        optimizer.step()
        ghosts += [weakref.ref(x), weakref.ref(out)]
    del x, out
    return [ghost() is None for ghost in ghosts]


model = main()
print(lets_go(), sum(parameter.double().sum().item() for parameter in model.parameters()))
