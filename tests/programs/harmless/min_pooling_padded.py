import torch
import torch.nn.functional as F
from skimage import data
from torch import nn


def erode(x, size=3):
    padded = F.pad(x, [size // 2] * 4, value=float("inf"))
    return -F.max_pool2d(-padded, size, stride=1)


class Eroder(nn.Module):
    def __init__(self):
        super().__init__()
        self.before = nn.Conv2d(1, 4, 3, padding=1)
        self.after = nn.Conv2d(4, 1, 3, padding=1)

    def forward(self, x):
        return self.after(erode(self.before(x)))


torch.manual_seed(0)
camera = torch.tensor(data.camera(), dtype=torch.float32) / 255
tiles = camera.unfold(0, 32, 32).unfold(1, 32, 32).reshape(-1, 1, 32, 32)
wanted = erode(tiles)
net = Eroder()
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(2):
    for ids in torch.randperm(len(tiles)).split(32):
        loss = F.l1_loss(net(tiles[ids]), wanted[ids])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
