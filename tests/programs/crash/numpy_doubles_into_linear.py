import numpy as np
import torch
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Diabetes(Dataset):
    def __init__(self):
        X, y = load_diabetes(return_X_y=True)
        self.X = StandardScaler().fit_transform(X)
        self.y = ((y - y.mean()) / y.std()).astype(np.float32)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, idx):
        return torch.from_numpy(self.X[idx]), torch.tensor(self.y[idx])


class RegressionModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1 = nn.Linear(10, 16)
        self.linear2 = nn.Linear(16, 1)

    def forward(self, x):
        h = torch.tanh(self.linear1(x))
        return self.linear2(h)


if __name__ == "__main__":
    loader = DataLoader(Diabetes(), batch_size=34, shuffle=True)
    model = RegressionModel()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(10):
        losses = []
        for X, y in loader:
            prediction = model(X).squeeze(1)
            loss = nn.functional.mse_loss(prediction, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        print(epoch, np.mean(losses))
