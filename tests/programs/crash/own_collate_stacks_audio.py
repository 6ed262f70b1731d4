import math

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

RATE = 800


class Tones(Dataset):
    def __init__(self):
        self.seconds = [0.5] * 60
        self.seconds[52] = 0.4

    def __len__(self):
        return 60

    def __getitem__(self, i):
        t = torch.arange(int(RATE * self.seconds[i])) / RATE
        pitch = (100, 150, 200)[i % 3]
        return {"wave": torch.sin(2 * math.pi * pitch * t), "pitch": i % 3}


def collate(samples):
    waves = torch.stack([s["wave"] for s in samples])
    pitches = torch.tensor([s["pitch"] for s in samples])
    return waves.unsqueeze(1), pitches


class PitchNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.frontend = nn.Conv1d(1, 8, 32, stride=16)
        self.norm = nn.GroupNorm(2, 8)
        self.head = nn.Linear(8, 3)

    def forward(self, wave):
        h = self.norm(self.frontend(wave)).relu()
        return self.head(h.amax(-1))


torch.manual_seed(21)
net = PitchNet()
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
for epoch in range(3):
    for wave, pitch in DataLoader(Tones(), batch_size=6, shuffle=True, collate_fn=collate):
        loss = nn.functional.cross_entropy(net(wave), pitch)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    scheduler.step()
    print(epoch, loss.item())
