import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def rotation(angle):
    c, s = torch.cos(angle), torch.sin(angle)
    zero, one = torch.zeros_like(c), torch.ones_like(c)
    return torch.stack([c, -s, zero, s, c, zero, zero, zero, one], dim=-1).view(-1, 3, 3)


def geodesic(a, b):
    relative = a @ b.transpose(1, 2)
    trace = relative.diagonal(dim1=1, dim2=2).sum(-1)
    return torch.acos(torch.clamp((trace - 1) / 2, -1, 1))


class PoseNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 32), nn.Tanh())
        self.angle = nn.Linear(32, 1, bias=False)

    def forward(self, x):
        return rotation(self.angle(self.body(x)).squeeze(1))


torch.manual_seed(9)
landmarks = torch.randn(400, 8)
angles = landmarks[:, 0] * 0.4
model = PoseNet()
loader = DataLoader(TensorDataset(landmarks, angles), batch_size=16, shuffle=True)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(12):
    for x, angle in loader:
        error = geodesic(model(x), rotation(angle)).mean()
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
    print(epoch, error.item())
