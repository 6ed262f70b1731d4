import os
import tempfile

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2))
        self.classifier = nn.Linear(72, 10)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


def train(model, epochs):
    digits = load_digits()
    x = torch.tensor(digits.images).float().unsqueeze(1) / 16
    loader = DataLoader(TensorDataset(x, torch.tensor(digits.target)), batch_size=300, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters())
    for epoch in range(epochs):
        for images, labels in loader:
            loss = nn.functional.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.3f}")


def main():
    torch.manual_seed(0)
    path = os.path.join(tempfile.mkdtemp(), "model.pth")
    parallel = nn.DataParallel(ConvNet())
    train(parallel, 1)
    torch.save(parallel.state_dict(), path)

    model = ConvNet()
    model.load_state_dict(torch.load(path))
    train(model, 1)


if __name__ == "__main__":
    main()
