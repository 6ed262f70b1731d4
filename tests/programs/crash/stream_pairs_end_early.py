import itertools

import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info


class Translations(IterableDataset):
    """Numbers and their squares come as two streams of lines."""

    def __init__(self, left, right):
        self.left, self.right = left, right

    def __iter__(self):
        info = get_worker_info()
        sources = itertools.islice(self.left, info.id, None, info.num_workers)
        targets = itertools.islice(self.right, info.id, None, info.num_workers)
        for source in sources:
            target = next(targets)
            yield torch.tensor([source / 50]), torch.tensor([target / 2500])


def main():
    torch.manual_seed(0)
    left = list(range(-50, 50))
    right = [n * n for n in left[:-3]]
    loader = DataLoader(Translations(left, right), batch_size=10, num_workers=2)
    model = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for epoch in range(3):
        for x, y in loader:
            loss = nn.functional.mse_loss(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print("epoch", epoch, "loss", loss.item())


if __name__ == "__main__":
    main()
