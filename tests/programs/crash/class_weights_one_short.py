import collections

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def class_weights(labels):
    counts = collections.Counter(labels.tolist())
    total = sum(counts.values())
    return torch.tensor([total / counts[c] for c in range(max(counts))])


def make_model():
    layers = []
    sizes = [64, 64, 32, 10]
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


if __name__ == "__main__":
    torch.manual_seed(0)
    bunch = load_digits()
    x, y = torch.Tensor(bunch.data / 16), torch.LongTensor(bunch.target)
    model = make_model()
    criterion = nn.CrossEntropyLoss(weight=class_weights(y))
    optimizer = torch.optim.Adagrad(model.parameters(), lr=0.01)
    for epoch in range(3):
        for xb, yb in DataLoader(TensorDataset(x, y), batch_size=100, shuffle=True):
            loss = criterion(model(xb), yb)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print("epoch", epoch, "done")
