import copy

import torch
from sklearn.datasets import make_classification
from torch import nn


class Named:
    """A model with a name; everything else is asked of the model."""

    def __init__(self, model, name):
        self.model = model
        self.name = name

    def __getattr__(self, attribute):
        return getattr(self.model, attribute)

    def __call__(self, x):
        return self.model(x)


class Ema:
    def __init__(self, network, decay=0.9):
        self.decay = decay
        self.shadow = copy.deepcopy(network)

    @torch.no_grad()
    def update(self, network):
        for slow, fast in zip(self.shadow.parameters(), network.parameters()):
            slow.lerp_(fast, 1 - self.decay)


def main():
    torch.manual_seed(0)
    X, y = make_classification(300, 12, random_state=0)
    X, y = torch.tensor(X).float(), torch.tensor(y)
    network = Named(nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 2)), "baseline")
    ema = Ema(network)
    optimizer = torch.optim.Adam(network.parameters())
    for epoch in range(5):
        for rows in torch.randperm(300).split(50):
            loss = nn.functional.cross_entropy(network(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            ema.update(network)
        print(network.name, epoch, loss.item())


if __name__ == "__main__":
    main()
