import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)
        self.norm = nn.BatchNorm2d(8)
        self.fc = nn.Linear(8 * 36, 10)

    def forward(self, x):
        x = self.norm(self.conv(x)).relu()
        return self.fc(x.flatten(1))


def evaluate(model, loader):
    model.eval()
    with torch.no_grad():
        hits = sum((model(x).argmax(1) == y).sum().item() for x, y in loader)
    return hits / len(loader.dataset)


def main():
    torch.manual_seed(0)
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    train = TensorDataset(torch.Tensor(X_train), torch.LongTensor(y_train))
    test = TensorDataset(torch.Tensor(X_test), torch.LongTensor(y_test))
    model = Net()
    optimizer = torch.optim.Adam(model.parameters())
    for epoch in range(3):
        model.train()
        for inputs, labels in DataLoader(train, 32, shuffle=True):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(inputs), labels)
            loss.backward()
            optimizer.step()
        print(epoch, evaluate(model, DataLoader(test, 256)))


if __name__ == "__main__":
    main()
