import numpy as np
import torch
from skimage import data as pictures
from torch.utils.data import DataLoader, Dataset


class RandomCrop:
    def __init__(self, size):
        self.size = size

    def __call__(self, image):
        height, width = image.shape[:2]
        top = np.random.randint(0, height - self.size + 1)
        left = np.random.randint(0, width - self.size + 1)
        return image[top : top + self.size, left : left + self.size]


class Tiles(Dataset):
    def __init__(self, transform):
        moon = pictures.moon().astype("float32") / 255
        self.tiles = [moon[8 * i : 8 * i + 40, :40] for i in range(30)]
        self.tiles[9] = self.tiles[9][:10, :10]
        self.transform = transform

    def __len__(self):
        return len(self.tiles)

    def __getitem__(self, index):
        return torch.from_numpy(self.transform(self.tiles[index]).copy()), index % 3


torch.manual_seed(1)
model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(576, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in DataLoader(Tiles(RandomCrop(24)), batch_size=6, shuffle=True):
    loss = torch.nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
