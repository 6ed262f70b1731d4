"""Forecast tomorrow's temperature from two weeks of weather."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


def weather(days=200):
    day = np.arange(days)
    rng = np.random.default_rng(0)
    columns = [
        15 + 10 * np.sin(2 * np.pi * day / 365) + rng.normal(0, 1, days),
        rng.gamma(1.0, 2.0, days),
        rng.uniform(0.3, 1.0, days),
        1013 + rng.normal(0, 5, days),
        np.sin(2 * np.pi * day / 365),
        np.cos(2 * np.pi * day / 365),
    ]
    table = np.stack(columns, axis=1)
    return ((table - table.mean(0)) / table.std(0)).astype(np.float32)


class Window(Dataset):
    def __init__(self, table, length=14):
        self.table, self.length = torch.from_numpy(table), length

    def __len__(self):
        return len(self.table) - self.length

    def __getitem__(self, i):
        return self.table[i:i + self.length], self.table[i + self.length, 0]


class Forecast(nn.Module):
    def __init__(self, features=5, hidden=24):
        super().__init__()
        self.rnn = nn.LSTM(features, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        sequence, _ = self.rnn(x)
        return self.head(sequence[:, -1]).squeeze(1)


loader = DataLoader(Window(weather()), batch_size=16)
model = Forecast()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(3):
    for past, tomorrow in loader:
        loss = nn.functional.mse_loss(model(past), tomorrow)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
