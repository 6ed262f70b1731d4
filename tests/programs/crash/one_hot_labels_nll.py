import torch
from sklearn.datasets import load_iris
from sklearn.preprocessing import LabelBinarizer
from torch import nn, optim


class IrisNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 16)
        self.fc2 = nn.Linear(16, 3)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        return torch.log_softmax(self.fc2(x), dim=-1)


def main():
    torch.manual_seed(0)
    X, y = load_iris(return_X_y=True)
    X = (X - X.mean(0)) / X.std(0)
    y = LabelBinarizer().fit_transform(y)
    X = torch.FloatTensor(X)
    y = torch.LongTensor(y)

    net = IrisNet()
    criterion = nn.NLLLoss()
    optimizer = optim.Adam(net.parameters(), lr=0.01)

    for epoch in range(100):
        permutation = torch.randperm(len(X))
        for start in range(0, len(X), 25):
            rows = permutation[start:start + 25]
            optimizer.zero_grad()
            output = net(X[rows])
            loss = criterion(output, y[rows])
            loss.backward()
            optimizer.step()
        if epoch % 10 == 0:
            print(f"{epoch}\t{loss.item():.4f}")


if __name__ == "__main__":
    main()
