import numpy as np
import torch
from skimage import data, filters
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Coins(Dataset):
    """Separate coins from the table."""

    def __init__(self, size=40):
        picture = data.coins().astype(np.float32) / 255
        mask = picture > filters.threshold_otsu(picture)
        corners = [(r, c) for r in range(0, 240, size) for c in range(0, 320, size)]
        self.items = [(picture[r:r + size, c:c + size], mask[r:r + size, c:c + size]) for r, c in corners]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        picture, mask = self.items[index]
        return torch.from_numpy(picture)[None], torch.from_numpy(mask).float()[None]


class DiceLoss(nn.Module):
    def __init__(self, classes=2, smooth=1.0):
        super().__init__()
        self.smooth = smooth
        self.weight = torch.ones(classes)

    def forward(self, logits, target):
        p = logits.sigmoid()
        overlap = (p * target).sum(dim=(2, 3))
        total = p.sum(dim=(1, 2, 3)) + target.sum(dim=(1, 2, 3))
        dice = (2 * overlap + self.smooth) / (total + self.smooth)
        return 1 - (dice * self.weight).mean()


def main():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.Conv2d(8, 1, 1))
    criterion = DiceLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(2):
        for image, mask in DataLoader(Coins(), batch_size=8, shuffle=True):
            loss = criterion(model(image), mask)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


main()
