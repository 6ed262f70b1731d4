import torch
from sklearn.datasets import make_moons
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
points, moon = make_moons(300, noise=0.1, random_state=0)
data = TensorDataset(torch.tensor(points, dtype=torch.float32), torch.tensor(moon, dtype=torch.float32)[:, None])


class MoonNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(2, 32)
        self.output = nn.Linear(32, 1)

    def forward(self, x):
        x = torch.relu(self.hidden(x))
        return self.output(x)


net = MoonNet()
bce = nn.BCELoss()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(20):
    for x, y in DataLoader(data, batch_size=30, shuffle=True):
        loss = bce(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(f"epoch {epoch} loss {loss.item():.4f}")
