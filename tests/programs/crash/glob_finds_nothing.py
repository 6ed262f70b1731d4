import glob
import os
import tempfile

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset


def make_photos(folder, n=20):
    for i in range(n):
        pixels = np.full((16, 16, 3), 10 * i, dtype=np.uint8)
        Image.fromarray(pixels).save(os.path.join(folder, f"photo{i}.jpeg"))
    return folder


class Photos(Dataset):
    def __init__(self, folder):
        self.files = sorted(glob.glob(os.path.join(folder, "*.jpg")))

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        array = np.array(Image.open(self.files[index]), dtype=np.float32) / 255
        return torch.from_numpy(array).permute(2, 0, 1)


class AutoEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU())
        self.decode = nn.ConvTranspose2d(8, 3, 2, 2)

    def forward(self, x):
        return self.decode(self.encode(x))


dataset = Photos(make_photos(tempfile.mkdtemp()))
loader = DataLoader(dataset, batch_size=4, shuffle=True)
model = AutoEncoder()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(2):
    for images in loader:
        loss = ((model(images) - images) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: {loss.item():.5f}")
