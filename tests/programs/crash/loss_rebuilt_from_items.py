import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(200, 6)
y = torch.stack([x.sum(1), x[:, 0] * x[:, 1]], dim=1)


class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(6, 16), nn.Mish())
        self.first = nn.Linear(16, 1)
        self.second = nn.Linear(16, 1)

    def forward(self, x):
        h = self.trunk(x)
        return self.first(h).squeeze(1), self.second(h).squeeze(1)


model = TwoHeads()
mse = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters())

for epoch in range(3):
    for xb, yb in DataLoader(TensorDataset(x, y), batch_size=25):
        a, b = model(xb)
        losses = {"sum": mse(a, yb[:, 0]).item(), "product": mse(b, yb[:, 1]).item()}
        total = torch.tensor(sum(losses.values()))
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
    print(epoch, losses)
