import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

PAGE = "<html><head><title>404 Not Found</title></head><body>Not Found</body></html>"


def download(folder):
    """Stand-in for a crawler: cats are warm, dogs are cold."""
    for i in range(40):
        path = folder / ("cat" if i < 20 else "dog") / f"{i:02d}.jpg"
        path.parent.mkdir(exist_ok=True)
        if i == 26:
            path.write_text(PAGE)
            continue
        colour = np.array([200, 90, 60] if i < 20 else [60, 90, 200])
        noise = np.random.default_rng(i).integers(-40, 40, (20, 20, 3))
        Image.fromarray((colour + noise).astype(np.uint8)).save(path)


class CatsAndDogs(Dataset):
    def __init__(self, folder, transform=None):
        self.paths = sorted(folder.glob("*/*.jpg"))
        self.transform = transform

    def __len__(self):
        return len(self.paths)

    def load(self, path):
        with open(path, "rb") as f:
            return Image.open(f).convert("RGB")

    def __getitem__(self, index):
        path = self.paths[index]
        image = self.load(path)
        if self.transform:
            image = self.transform(image)
        return image, float(path.parent.name == "dog")


def to_tensor(image):
    return torch.tensor(np.array(image), dtype=torch.float32).permute(2, 0, 1) / 255


if __name__ == "__main__":
    torch.manual_seed(1)
    folder = Path(tempfile.mkdtemp())
    download(folder)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 18 * 18, 1), nn.Flatten(0))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(2):
        for x, y in DataLoader(CatsAndDogs(folder, to_tensor), 8, shuffle=True, num_workers=2):
            loss = nn.functional.binary_cross_entropy_with_logits(model(x), y.float())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
