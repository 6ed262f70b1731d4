import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset

CLASSES = 3
BORDER = 255


class Shapes(Dataset):
    """Squares and discs on a noisy ground, with a mask per image."""

    def __len__(self):
        return 48

    def __getitem__(self, index):
        rng = np.random.default_rng(index)
        image = rng.normal(0, 0.2, (3, 32, 32)).astype("float32")
        mask = np.zeros((32, 32), dtype="int64")
        row, column = rng.integers(4, 18, 2)
        kind = 1 + index % 2
        mask[row:row + 10, column:column + 10] = kind
        image[:, mask == kind] += kind
        if index == 23:
            mask[row, column:column + 10] = BORDER
        return torch.from_numpy(image), torch.from_numpy(mask)


class TinyFcn(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU())
        self.up = nn.ConvTranspose2d(8, classes, 2, stride=2)

    def forward(self, x):
        return self.up(self.down(x))


def main():
    torch.manual_seed(7)
    loader = DataLoader(Shapes(), batch_size=6, shuffle=True, num_workers=2)
    net = TinyFcn(CLASSES)
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3)
    for epoch in range(2):
        for images, masks in loader:
            scores = net(images)
            loss = F.cross_entropy(scores, masks)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch + 1} loss {loss.item():.3f}")


if __name__ == "__main__":
    main()
