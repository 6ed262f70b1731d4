import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split


class Projector(nn.Module):
    def __init__(self, inputs=64, hidden=32, classes=10):
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.bn1 = nn.BatchNorm1d(hidden)
        self.fc2 = nn.Linear(hidden, classes)

    def forward(self, x):
        x = self.bn1(self.fc1(x))
        return self.fc2(torch.relu(x))


def main():
    torch.manual_seed(17)
    x, y = load_digits(return_X_y=True)
    data = TensorDataset(torch.tensor(x).float(), torch.tensor(y))
    train, _ = random_split(data, [641, len(data) - 641])
    loader = DataLoader(train, batch_size=64, shuffle=True)
    model = Projector()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(3):
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(xb), yb)
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.4f}")


if __name__ == "__main__":
    main()
