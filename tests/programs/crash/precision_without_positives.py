import torch
from sklearn.datasets import make_classification
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def precision(scores, labels):
    predicted = scores > 0
    hits = int((predicted & (labels == 1)).sum())
    return hits / int(predicted.sum())


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0):
        super().__init__()
        self.gamma = gamma

    def forward(self, scores, labels):
        bce = nn.functional.binary_cross_entropy_with_logits(scores, labels, reduction="none")
        return ((1 - torch.exp(-bce)) ** self.gamma * bce).mean()


def main():
    torch.manual_seed(0)
    X, y = make_classification(600, 8, weights=[0.97], random_state=1)
    train = TensorDataset(torch.tensor(X[:480]).float(), torch.tensor(y[:480]).float())
    x_val, y_val = torch.tensor(X[480:]).float(), torch.tensor(y[480:])
    model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1), nn.Flatten(0))
    nn.init.constant_(model[2].bias, -3.0)
    criterion = FocalLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for epoch in range(3):
        for x, target in DataLoader(train, batch_size=48, shuffle=True):
            loss = criterion(model(x), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            value = precision(model(x_val), y_val)
        print(f"epoch {epoch}: precision {value:.2f}")


main()
