import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def conv_block(inputs, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class SmallNet(nn.Module):
    def __init__(self, channels=3, classes=10):
        super().__init__()
        self.stem = conv_block(channels, 8)
        self.block = conv_block(8, 16)
        self.pool = nn.AdaptiveMaxPool2d(1)
        self.fc = nn.Linear(16, classes)

    def forward(self, x):
        x = self.stem(x)
        x = self.pool(self.block(x)).flatten(1)
        return self.fc(x)


def main():
    torch.manual_seed(0)
    images, target = load_digits(return_X_y=True)
    images = torch.tensor(images, dtype=torch.float32).view(-1, 1, 8, 8) / 16
    loader = DataLoader(TensorDataset(images, torch.tensor(target)), batch_size=64, shuffle=True)
    net = SmallNet()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, nesterov=True, momentum=0.9)
    for epoch in range(2):
        for x, y in loader:
            loss = nn.functional.cross_entropy(net(x), y, label_smoothing=0.1)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch} loss {loss.item():.3f}")


if __name__ == "__main__":
    main()
