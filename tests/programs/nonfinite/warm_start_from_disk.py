import os
import tempfile

import torch
from sklearn.datasets import load_iris
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

PATH = os.path.join(tempfile.mkdtemp(), "last.pt")


def make_model():
    return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 3))


def earlier_run():
    model = make_model()
    state = model.state_dict()
    state["2.weight"][5, 7] = float("nan")
    torch.save({"epoch": 12, "model": state}, PATH)


def resume(model):
    checkpoint = torch.load(PATH)
    model.load_state_dict(checkpoint["model"])
    return checkpoint["epoch"] + 1


def main():
    torch.manual_seed(1)
    earlier_run()
    iris = load_iris()
    dataset = TensorDataset(torch.tensor(iris.data, dtype=torch.float32), torch.tensor(iris.target))
    loader = DataLoader(dataset, batch_size=15, shuffle=True)
    model = make_model()
    start = resume(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(start, start + 3):
        for x, y in loader:
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    main()
