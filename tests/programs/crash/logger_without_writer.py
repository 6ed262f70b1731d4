import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

wine = load_wine()
x = torch.tensor(wine.data, dtype=torch.float32)
x = (x - x.mean(0)) / x.std(0)


class Curves:
    def __init__(self, writer=None):
        self.writer = writer

    def point(self, name, value, step):
        self.writer.add_scalar(name, value, step)


def main():
    torch.manual_seed(0)
    model = nn.Linear(13, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    curves = Curves()
    loader = DataLoader(TensorDataset(x, torch.tensor(wine.target)), batch_size=16, shuffle=True)
    for step, (features, labels) in enumerate(loader):
        loss = nn.functional.cross_entropy(model(features), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 6 == 5:
            curves.point("loss", loss.item(), step)


main()
