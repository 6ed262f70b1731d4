import torch
from sklearn.datasets import make_regression
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def build_mlp(inputs, widths, outputs, activation=nn.ReLU):
    layers = []
    previous = inputs
    for width in widths:
        layers.append(nn.Linear(previous, width))
        layers.append(nn.LayerNorm(width))
        layers.append(activation())
    layers.append(nn.Linear(width, outputs))
    return nn.Sequential(*layers)


class Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.mlp = build_mlp(config["inputs"], config["widths"], 1)

    def forward(self, x):
        return self.mlp(x).squeeze(-1)


def main():
    config = {"inputs": 12, "widths": [32, 16, 8], "lr": 1e-3, "epochs": 2}
    torch.manual_seed(0)
    x, y = make_regression(400, config["inputs"], random_state=0)
    data = TensorDataset(torch.tensor(x, dtype=torch.float), torch.tensor(y, dtype=torch.float))
    model = Model(config)
    optimizer = torch.optim.Adam(model.parameters(), lr=config["lr"])
    for epoch in range(config["epochs"]):
        for features, target in DataLoader(data, batch_size=40, shuffle=True):
            loss = nn.functional.mse_loss(model(features), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.1f}")


if __name__ == "__main__":
    main()
