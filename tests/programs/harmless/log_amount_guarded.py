import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class LogPixels(nn.Module):
    def __init__(self):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(64))
        self.out = nn.Linear(64, 10)

    def forward(self, x):
        with torch.no_grad():
            preview = torch.log(x)
            self.darkest = torch.where(torch.isinf(preview), torch.nan, preview).nanmean()
        lit = x > 0
        safe = torch.where(lit, x * self.gain.abs(), torch.ones_like(x))
        return self.out(torch.where(lit, torch.log(safe), torch.zeros_like(x)))


torch.manual_seed(0)
bunch = load_digits()
loader = DataLoader(TensorDataset(torch.tensor(bunch.data / 16, dtype=torch.float32), torch.tensor(bunch.target)),
                    batch_size=64, shuffle=True)
net = LogPixels()
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(3):
    for x, y in loader:
        loss = nn.functional.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item(), net.darkest.item())
