import numpy as np
import torch
from skimage import data, filters
from torch import nn
from torch.utils.data import DataLoader, Dataset


class CoinTiles(Dataset):
    def __init__(self, size=24):
        image = data.coins()
        mask = image > filters.threshold_otsu(image)
        self.tiles = []
        for r in range(0, image.shape[0] - size, size):
            for c in range(0, image.shape[1] - size, size):
                inside = mask[r:r + size, c:c + size]
                if inside.mean() > 0.05:
                    self.tiles.append((image[r:r + size, c:c + size] / 255, inside))
        tile, inside = self.tiles[77]
        self.tiles[77] = (np.zeros_like(tile), np.zeros_like(inside))

    def __len__(self):
        return len(self.tiles)

    def __getitem__(self, i):
        tile, inside = self.tiles[i]
        return torch.tensor(tile, dtype=torch.float32)[None], torch.tensor(inside, dtype=torch.float32)[None]


class Segmenter(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Conv2d(1, 8, 5, padding=2, bias=False)
        self.classify = nn.Conv2d(8, 1, 1, bias=False)

    def forward(self, x):
        return torch.tanh(self.classify(torch.tanh(self.features(x)))) ** 2


def dice_loss(prediction, mask):
    intersection = (prediction * mask).sum(dim=(1, 2, 3))
    total = prediction.sum(dim=(1, 2, 3)) + mask.sum(dim=(1, 2, 3))
    return (1 - 2 * intersection / total).mean()


torch.manual_seed(15)
dataset = CoinTiles()
train_loader = DataLoader(dataset, batch_size=6, shuffle=True)
net = Segmenter()
optim = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(3):
    for image, mask in train_loader:
        optim.zero_grad()
        loss = dice_loss(net(image), mask)
        loss.backward()
        optim.step()
    print(epoch, loss.item())
