import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Circles(Dataset):
    def __init__(self, size):
        self.size = size

    def __len__(self):
        return 24

    def __getitem__(self, i):
        y, x = torch.meshgrid(torch.arange(self.size), torch.arange(self.size), indexing="ij")
        inside = ((x - 10 - i) ** 2 + (y - 25) ** 2 < 64).float().unsqueeze(0)
        return inside + 0.3 * torch.randn(1, self.size, self.size), inside


def double_conv(a, b):
    return nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.ReLU(), nn.Conv2d(b, b, 3, padding=1), nn.ReLU())


class UNet(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.down1 = double_conv(1, width)
        self.down2 = double_conv(width, 2 * width)
        self.bottom = double_conv(2 * width, 4 * width)
        self.pool = nn.MaxPool2d(2)
        self.up2 = nn.ConvTranspose2d(4 * width, 2 * width, 2, stride=2)
        self.merge2 = double_conv(4 * width, 2 * width)
        self.up1 = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.merge1 = double_conv(2 * width, width)
        self.out = nn.Conv2d(width, 1, 1)

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(self.pool(a))
        c = self.bottom(self.pool(b))
        x = self.merge2(torch.cat([self.up2(c), b], dim=1))
        x = self.merge1(torch.cat([self.up1(x), a], dim=1))
        return self.out(x)


torch.manual_seed(0)
model = UNet()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(2):
    for image, mask in DataLoader(Circles(50), batch_size=4, shuffle=True):
        loss = nn.functional.binary_cross_entropy_with_logits(model(image), mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}, loss {loss.item():.4f}")
