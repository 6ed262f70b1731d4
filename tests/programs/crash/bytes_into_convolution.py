import numpy as np
import torch
from skimage import data
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Coffee(Dataset):
    """Left or right half of the picture?"""

    def __init__(self, patch=30, count=100):
        picture = data.coffee()
        rng = np.random.default_rng(5)
        rows = rng.integers(0, picture.shape[0] - patch, count)
        columns = rng.integers(0, picture.shape[1] - patch, count)
        self.patches = [picture[r:r + patch, c:c + patch] for r, c in zip(rows, columns)]
        self.right = columns > picture.shape[1] // 2

    def __len__(self):
        return len(self.patches)

    def __getitem__(self, index):
        patch = np.ascontiguousarray(self.patches[index].transpose(2, 0, 1))
        return torch.from_numpy(patch), np.float32(self.right[index])


class Side(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict({
            "conv": nn.Conv2d(3, 6, 5, stride=3),
            "head": nn.Linear(6, 1),
        })

    def forward(self, x):
        x = self.layers["conv"](x).relu()
        return self.layers["head"](x.mean((-1, -2)))[:, 0]


torch.manual_seed(0)
model = Side()
optimizer = torch.optim.Adamax(model.parameters())
for x, y in DataLoader(Coffee(), batch_size=20, num_workers=2):
    loss = nn.functional.binary_cross_entropy_with_logits(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(loss.item())
