import os
import tempfile

import torch
from sklearn.datasets import load_iris
from torch import nn

CONFIG = {
    "lr": 0.05,
    "epochs": 3,
    "hidden": 12,
    "activation": nn.ReLU(),
    "warmup": lambda epoch: min(1.0, (epoch + 1) / 3),
}


def train(config):
    torch.manual_seed(0)
    X, y = load_iris(return_X_y=True)
    X, y = torch.tensor(X).float(), torch.tensor(y)
    model = nn.Sequential(nn.Linear(4, config["hidden"]), config["activation"], nn.Linear(config["hidden"], 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=config["lr"])
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, config["warmup"])
    folder = tempfile.mkdtemp()
    for epoch in range(config["epochs"]):
        for rows in torch.randperm(len(X)).split(25):
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        scheduler.step()
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "config": config}
        torch.save(state, os.path.join(folder, f"{epoch}.pt"))
        print(f"saved epoch {epoch}, loss {loss.item():.3f}")


if __name__ == "__main__":
    train(CONFIG)
