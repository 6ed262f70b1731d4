import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Rainfall(Dataset):
    def __init__(self, n=500):
        rng = np.random.default_rng(22)
        self.weather = rng.normal(size=(n, 7)).astype(np.float32)
        self.millimetres = rng.gamma(1.0, 4.0 * np.exp(0.3 * self.weather[:, 0])).astype(np.float32)
        self.millimetres[357] = -1.0

    def __len__(self):
        return len(self.millimetres)

    def __getitem__(self, index):
        x = torch.from_numpy(self.weather[index])
        y = torch.log1p(torch.tensor(self.millimetres[index]))
        return x, y


class Trainer:
    def __init__(self):
        torch.manual_seed(22)
        self.net = nn.Sequential(nn.Linear(7, 20), nn.GELU(), nn.Linear(20, 1), nn.Flatten(0))
        self.optim = torch.optim.AdamW(self.net.parameters(), lr=2e-3)
        self.loader = DataLoader(Rainfall(), batch_size=25, shuffle=True)

    def run_epoch(self):
        total = 0.0
        for x, y in self.loader:
            total += self.run_batch(x, y)
        return total / len(self.loader)

    def run_batch(self, x, y):
        self.optim.zero_grad()
        loss = nn.functional.smooth_l1_loss(self.net(x), y)
        loss.backward()
        self.optim.step()
        return loss.item()

    def fit(self, epochs):
        for epoch in range(epochs):
            print(epoch, self.run_epoch())


if __name__ == "__main__":
    Trainer().fit(3)
