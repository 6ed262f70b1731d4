"""Classify sine, square and saw waves with an LSTM."""
import math

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Waves(Dataset):
    def __init__(self, n, length=30):
        self.n, self.length = n, length

    def __len__(self):
        return self.n

    def __getitem__(self, index):
        g = torch.Generator().manual_seed(index)
        t = torch.linspace(0, 4 * math.pi, self.length) + torch.rand(1, generator=g)
        wave = [torch.sin(t), torch.sign(torch.sin(t)), (t % math.pi) - 1.5][index % 3]
        return wave.unsqueeze(-1), index % 3


class WaveClassifier(nn.Module):
    def __init__(self, hidden=16, classes=3):
        super().__init__()
        self.lstm = nn.LSTM(1, hidden, num_layers=2, batch_first=True, dropout=0.1)
        self.fc = nn.Linear(hidden, classes)

    def forward(self, x):
        out, (h, c) = self.lstm(x)
        return self.fc(out)


def main():
    torch.manual_seed(0)
    loader = DataLoader(Waves(90), batch_size=15, shuffle=True)
    model = WaveClassifier()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(3):
        for wave, kind in loader:
            optimizer.zero_grad()
            logits = model(wave)
            loss = criterion(logits, kind)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        print(epoch, loss.item())


main()
