import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class SpectrumNet(nn.Module):
    def __init__(self, bins=33):
        super().__init__()
        self.norm = nn.LayerNorm(bins)
        self.net = nn.Sequential(nn.Linear(bins, 24), nn.ReLU(), nn.Linear(24, 1))

    def forward(self, wave):
        power = torch.fft.rfft(wave).abs() ** 2
        return self.net(self.norm(torch.log(power))).squeeze(1)


def recordings(n=400, length=64):
    rng = np.random.default_rng(9)
    pitch = rng.uniform(2, 20, n)
    t = np.arange(length) / length
    waves = np.sin(2 * np.pi * pitch[:, None] * t) + rng.normal(0, 0.1, (n, length))
    waves[318] = 0
    return torch.tensor(waves, dtype=torch.float32), torch.tensor(pitch / 20, dtype=torch.float32)


torch.manual_seed(9)
model = SpectrumNet()
compiled = torch.compile(model, backend="eager")
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
loader = DataLoader(TensorDataset(*recordings()), batch_size=20, shuffle=True)
for epoch in range(2):
    for wave, pitch in loader:
        optimizer.zero_grad(set_to_none=True)
        loss = nn.functional.mse_loss(compiled(wave), pitch)
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
